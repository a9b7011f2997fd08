"""Faults from the command line."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.faults import ROUND_TRIP, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
BYTES = {"B": 1, "kB": 1_000, "MB": 1_000_000}
EVERY_ORDER = -1


class FaultOptionError(ValueError):
    """The fault cannot be injected; the message says what can."""


@dataclass(frozen=True, slots=True)
class FaultOption:
    """One option: ``add`` puts its figure into a fault, or raises ValueError with what would be one."""

    metavar: str
    help: str
    add: Callable[[Fault, str], Fault]


def parse(words: Mapping[str, Iterable[str]], operations: Sequence[str]) -> dict[str, Fault]:
    """Faults by operation from ``Operation=figure`` words by the option's name.

    Raises:
        FaultOptionError: an unknown operation, or not a figure.
    """
    faults: dict[str, Fault] = {}
    for name, option in FAULT_OPTIONS.items():
        for word in words.get(name, ()):
            operation, _, figure = word.partition("=")
            if operation not in operations:
                raise FaultOptionError(
                    f"--{name} {word}: no operation {operation!r}; {_advice(operation, operations)}"
                )
            try:
                faults[operation] = option.add(faults.get(operation, Fault()), figure)
            except ValueError as error:
                raise FaultOptionError(f"--{name} {word}: {error}") from None
    return faults


def _advice(word: str, operations: Sequence[str]) -> str:
    """The operations with similar names, or all of them."""
    known = {name.lower(): name for name in operations}
    alike = difflib.get_close_matches(word.lower(), known, n=3, cutoff=0.7)
    if alike:
        return f"did you mean {' or '.join(known[each] for each in alike)}?"
    return f"the operations are {', '.join(operations)}"


def _factor(text: str) -> float:
    factor = _number(text, "a factor of at least 1, such as 1.2")
    if factor < 1:
        raise ValueError("a fault cannot make an operation faster; give a factor of at least 1, such as 1.2")
    return factor


def _time(text: str) -> float:
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(us|ms|s)", text)
    if match is None:
        raise ValueError("not a time; give a number with us, ms or s, such as 5ms")
    return float(match[1]) * SECONDS[match[2]]


def _size(text: str) -> int:
    match = re.fullmatch(r"([0-9]+)(B|kB|MB)", text)
    if match is None:
        raise ValueError("not a size; give a number with B, kB or MB, such as 4kB")
    return int(match[1]) * BYTES[match[2]]


def _ratio(text: str) -> float:
    ratio = _number(text, "a share from 0 to 1, such as 0.02")
    if not 0 <= ratio <= 1:
        raise ValueError("not a share; give one from 0 to 1, such as 0.02")
    return ratio


def _count(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,6}", text) is None:
        raise ValueError("not a count; give a whole number, such as 1")
    return int(text)


def _reads(text: str) -> int:
    if text not in {"", "0"}:
        raise ValueError("it takes no figure; leave it out, or give 0 for no growth")
    return 0 if text else EVERY_ORDER


def _number(text: str, wanted: str) -> float:
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) is None:
        raise ValueError(f"not a number; give {wanted}")
    return float(text)


def _pool(fault: Fault, text: str) -> Fault:
    return replace(fault, places=_count(text), section=ROUND_TRIP if fault.section is None else fault.section)


FAULT_OPTIONS: Mapping[str, FaultOption] = {
    "slow": FaultOption(
        "OP=FACTOR",
        "Slow down an operation: 1.2 is 20 % slower.",
        lambda fault, text: replace(fault, factor=_factor(text)),
    ),
    "delay": FaultOption(
        "OP=TIME",
        "Delay an operation by a time such as 5ms.",
        lambda fault, text: replace(fault, delay=_time(text)),
    ),
    "fail": FaultOption(
        "OP=RATIO",
        "Let a share of executions fail: 0.02 is 2 %.",
        lambda fault, text: replace(fault, ratio=_ratio(text)),
    ),
    "lock": FaultOption(
        "OP=TIME",
        "Let one execution at a time through a section that waits, such as 3ms.",
        lambda fault, text: replace(fault, section=_time(text), places=1),
    ),
    "pool": FaultOption(
        "OP=N",
        f"Let N executions at a time wait {ROUND_TRIP * 1000:g} ms, as for a database; 0 means all at once.",
        _pool,
    ),
    "spin": FaultOption(
        "OP=TIME",
        "Hold the interpreter for a time such as 1ms.",
        lambda fault, text: replace(fault, spin=_time(text)),
    ),
    "grow": FaultOption(
        "OP",
        "Read every stored order in each execution.",
        lambda fault, text: replace(fault, reads=_reads(text)),
    ),
    "leak": FaultOption(
        "OP=SIZE",
        "Keep memory after each execution, such as 4kB.",
        lambda fault, text: replace(fault, leak=_size(text)),
    ),
    "query": FaultOption(
        "OP=N",
        "Send N SQL statements more in each execution.",
        lambda fault, text: replace(fault, queries=_count(text)),
    ),
    "burn": FaultOption(
        "OP=TIME",
        "Use CPU time after the answer, such as 1ms.",
        lambda fault, text: replace(fault, burn=_time(text)),
    ),
}
"""By name. Of one operation, later ones add to earlier ones: ``--pool`` changes the limit of ``--lock``."""
