"""The faults that the built-in pizzeria knows, as options of a gate.

Injecting costs microseconds itself: several per cent of a fast operation. So the baseline gets the same
faults with figures that change nothing, and the difference between both is what was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NO_LIMIT = ("--pool", "0")


@dataclass(frozen=True, slots=True)
class FaultFlag:
    """One option. ``neutral`` are the options and figures that change nothing."""

    metavar: str
    help: str
    neutral: tuple[tuple[str, str], ...]


FAULT_FLAGS: Final[Mapping[str, FaultFlag]] = {
    "slow": FaultFlag(
        "OP=FACTOR",
        "Slow down the candidate's handler of OP: 1.2 is 20 % slower.",
        (("--slow", "1"),),
    ),
    "delay": FaultFlag(
        "OP=TIME",
        "Delay the candidate's handler of OP by a time such as 5ms.",
        (("--delay", "0ms"),),
    ),
    "fail": FaultFlag(
        "OP=RATIO",
        "Let a share of the candidate's executions of OP fail: 0.02 is 2 %.",
        (("--fail", "0"),),
    ),
    "lock": FaultFlag(
        "OP=TIME",
        "Let executions of OP wait for a time such as 3ms: the candidate's one after another, "
        "the baseline's at once.",
        (("--lock", "{}"), NO_LIMIT),
    ),
    "pool": FaultFlag(
        "OP=N",
        "Let executions of OP wait for 3 ms, as for a database: at most N of the candidate's at once, "
        "the baseline's all.",
        (NO_LIMIT,),
    ),
    "spin": FaultFlag(
        "OP=TIME",
        "Let OP hold the candidate's interpreter for a time such as 1ms.",
        (("--spin", "0ms"),),
    ),
    "grow": FaultFlag(
        "OP",
        "Let the candidate's OP read every stored order.",
        (("--grow", "0"),),
    ),
    "leak": FaultFlag(
        "OP=SIZE",
        "Let the candidate keep memory after each OP, such as 4kB.",
        (("--leak", "0B"),),
    ),
    "query": FaultFlag(
        "OP=N",
        "Let the candidate's OP send N SQL statements more.",
        (("--query", "0"),),
    ),
    "burn": FaultFlag(
        "OP=TIME",
        "Let the candidate use CPU time after each answer of OP, such as 1ms.",
        (("--burn", "0ms"),),
    ),
}
"""By name, in the order of the help."""

FLAGS_TEXT: Final = ", ".join(f"--{name}" for name in FAULT_FLAGS)


def neutral_words(name: str, word: str) -> tuple[str, ...]:
    """Options that inject the fault ``--name word`` and change nothing by it."""
    operation, _, figure = word.partition("=")
    return tuple(
        part
        for option, neutral in FAULT_FLAGS[name].neutral
        for part in (option, f"{operation}={neutral.format(figure)}")
    )


def candidate_words(injected: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Faults by name, as the candidate's pizzeria takes them."""
    return tuple(part for name, word in injected for part in (f"--{name}", word))


def baseline_words(injected: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The same that change nothing, for the baseline."""
    return tuple(part for name, word in injected for part in neutral_words(name, word))
