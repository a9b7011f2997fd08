"""Faults from the command line."""

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
    """The fault cannot be injected; the message says what can."""


def parse(
    slow: Iterable[str], delay: Iterable[str], fail: Iterable[str], operations: Sequence[str]
) -> dict[str, Fault]:
    """Faults by operation from ``Operation=figure`` words.

    Raises:
        FaultOptionError: an unknown operation, or not a figure.
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


def _delay(text: str) -> float:
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(us|ms|s)", text)
    if match is None:
        raise ValueError("not a time; give a number with us, ms or s, such as 5ms")
    return float(match[1]) * SECONDS[match[2]]


def _ratio(text: str) -> float:
    ratio = _number(text, "a share from 0 to 1, such as 0.02")
    if not 0 <= ratio <= 1:
        raise ValueError("not a share; give one from 0 to 1, such as 0.02")
    return ratio


def _number(text: str, wanted: str) -> float:
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) is None:
        raise ValueError(f"not a number; give {wanted}")
    return float(text)
