"""Checks of single option values, with the reason when one is refused. Pure."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_RUN_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
WORDS: Final = ("auto", "off")
"""What a reference may be besides a URL."""

_HIGHEST_RATE: Final = 100_000.0  # journeys a second


def checked(convert: Callable[[str], object]) -> Callable[[str], object]:
    """An argparse type that shows the error's message. A range stays text: Locust's web form needs text."""

    def convert_or_explain(text: str) -> object:
        try:
            value = convert(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error
        return text if isinstance(value, tuple) else value

    return convert_or_explain


def think_time(text: str) -> tuple[float, float]:
    """Read ``0.05:0.2`` as a range of seconds; one number is both ends.

    Raises:
        ValueError: The text is not a range of seconds.
    """
    low, _, high = text.partition(":")
    try:
        ends = float(low), float(high or low)
    except ValueError:
        raise ValueError(f"{text!r} is not a range of seconds; write it like 0.05:0.2") from None
    if not 0 <= ends[0] <= ends[1] < float("inf"):
        raise ValueError(f"{text!r} is not a range of seconds; write the shorter time first, like 0.05:0.2")
    return ends


def non_negative(text: str) -> float:
    """Read a number of at least 0, or raise ValueError."""
    value = _number(text)
    if value < 0:
        raise ValueError(f"{text} is negative; give 0 or more")
    return value


def positive(text: str) -> float:
    """Read a number above 0, or raise ValueError."""
    value = _number(text)
    if value <= 0:
        raise ValueError(f"{text} is not positive; give more than 0")
    return value


def positive_integer(text: str) -> int:
    """Read a whole number above 0, or raise ValueError."""
    value = positive(text)
    if value != int(value):
        raise ValueError(f"{text} is not a whole number")
    return int(value)


def arrival_rate(text: str) -> float:
    """Read journeys a second, or raise ValueError."""
    value = positive(text)
    if value > _HIGHEST_RATE:
        raise ValueError(
            f"{text} a second is more than any machine can send; give at most {_HIGHEST_RATE:,.0f}"
        )
    return value


def run_id(text: str) -> str:
    """Read a name for a run's folder, or raise ValueError."""
    if not _RUN_ID.fullmatch(text) or text == "latest":
        raise ValueError(f"{text!r} cannot name a folder; use letters, digits, dots, dashes and underscores")
    return text


def reference(text: str) -> str:
    """Read ``auto``, ``off`` or a URL, or raise ValueError."""
    if text not in WORDS and not text.startswith(("http://", "https://")):
        raise ValueError(f"{text!r} does not name a reference; give auto, off, or the URL of one")
    return text


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None
    if not abs(value) < float("inf"):
        raise ValueError(f"{text} is not a number")
    return value
