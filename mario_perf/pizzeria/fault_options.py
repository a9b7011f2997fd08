"""Faults as they are asked for on the command line."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


class FaultOptionError(ValueError):
    """What was asked for cannot be injected; the message says what can."""


def parse(
    slow: Iterable[str], delay: Iterable[str], fail: Iterable[str], operations: Sequence[str]
) -> dict[str, Fault]:
    """Faults by operation from ``Operation=figure`` words.

    Raises:
        FaultOptionError: an unknown operation, or a figure that is none.
    """
    faults: dict[str, Fault] = {}
    kinds: tuple[tuple[str, Iterable[str], Callable[[Fault, str], Fault]], ...] = (
        ("--slow", slow, lambda fault, text: replace(fault, factor=_factor(text))),
        ("--delay", delay, lambda fault, text: replace(fault, delay=_delay(text))),
        ("--fail", fail, lambda fault, text: replace(fault, ratio=_ratio(text))),
    )
    for option, words, changed in kinds:
        for word in words:
            operation, _, figure = word.partition("=")
            if operation not in operations:
                raise FaultOptionError(
                    f"{option} {word}: no operation {operation!r}; {_advice(operation, operations)}"
                )
            try:
                faults[operation] = changed(faults.get(operation, Fault()), figure)
            except ValueError as error:
                raise FaultOptionError(f"{option} {word}: {error}") from None
    return faults


def _advice(word: str, operations: Sequence[str]) -> str:
    """What may have been meant; all that there are where nothing is alike."""
    known = {name.lower(): name for name in operations}
    alike = difflib.get_close_matches(word.lower(), known, n=3, cutoff=0.7)
    if alike:
        return f"did you mean {' or '.join(known[each] for each in alike)}?"
    return f"there are {', '.join(operations)}"


def _factor(text: str) -> float:
    factor = _number(text, "a factor of at least 1, such as 1.2")
    if factor < 1:
        raise ValueError("a factor of at least 1 is needed, such as 1.2: nothing is made faster")
    return factor


def _delay(text: str) -> float:
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(us|ms|s)", text)
    if match is None:
        raise ValueError("a time with its unit is needed: us, ms or s, such as 5ms")
    return float(match[1]) * SECONDS[match[2]]


def _ratio(text: str) -> float:
    ratio = _number(text, "a share from 0 to 1, such as 0.02")
    if not 0 <= ratio <= 1:
        raise ValueError("a share from 0 to 1 is needed, such as 0.02")
    return ratio


def _number(text: str, wanted: str) -> float:
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) is None:
        raise ValueError(f"{wanted} is needed")
    return float(text)
