"""The levels of load at which a gate compares two builds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST: Final = 6
"""Levels: with more of them, none gets rounds enough in the time of a gate."""

ROUND_SECONDS: Final = 9.0
"""About how long a round takes, with starts and ends."""

ROUNDS: Final = 3
"""Of each level, at least: fewer do not show how far rounds lie apart."""

_START_SECONDS: Final = 15.0
"""For builds to be made ready, and for the baseline's capacity."""

_WHOLE_FROM: Final = 10.0
"""Journeys a second from which a rate is a whole number."""


@dataclass(frozen=True, slots=True)
class Levels:
    """In ascending order: shares of what the baseline carries, or journeys a second."""

    values: tuple[float, ...]
    shares: bool

    def rates(self, capacity: float | None) -> tuple[float, ...]:
        """Journeys a second; ``capacity`` is the baseline's, and needed for shares."""
        factor = capacity if self.shares and capacity else 1.0
        return tuple(_rounded(factor * each) if self.shares else each for each in self.values)

    @property
    def least_seconds(self) -> float:
        """Of a gate that can say something of each level."""
        return _START_SECONDS + ROUNDS * len(self.values) * ROUND_SECONDS


def _rounded(rate: float) -> float:
    return float(round(rate)) if rate >= _WHOLE_FROM else round(rate, 2)


def parse(text: str) -> Levels:
    """Levels as they are typed: ``25%,50%`` or ``20,40``.

    Raises:
        ValueError: it is something else; the message says what is wrong.
    """
    words = [word.strip() for word in text.split(",")]
    shares = [word.endswith("%") for word in words]
    if any(shares) and not all(shares):
        raise ValueError("levels are shares of the capacity (50%) or journeys a second (40), not both")
    values = [_number(word.removesuffix("%")) / (100 if shares[0] else 1) for word in words]
    if shares[0] and max(values) > 1:
        raise ValueError("a share of the capacity is 100 % at most")
    if len(set(values)) < len(values):
        raise ValueError("each level counts once")
    if not 2 <= len(values) <= MOST:  # noqa: PLR2004 - a curve needs two
        raise ValueError(f"a curve needs 2 to {MOST} levels")
    return Levels(tuple(sorted(values)), shares[0])


def _number(word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        raise ValueError(f"{word.strip() or 'an empty word'} is not a number") from None
    if not 0 < value < float("inf"):
        raise ValueError(f"a level is above 0, and {word.strip()} is not")
    return value
