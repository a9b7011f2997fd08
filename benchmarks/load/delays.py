"""What a server with known response times does, and what those who ask it see. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle, islice
from math import ceil, log
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MEDIAN, SIGMA = 0.010, 0.5
"""Delays are log-normal: half of them above 10 ms, one in a hundred above 32 ms."""

SEED, DRAWS = 1, 100_003
QUANTILES = (50, 95, 99)

EVERY, LASTS, FIRST = 10.0, 1.0, 4.0
"""Seconds: a stall of one in every ten, the first of them four after the first request."""

GRAIN = 0.000_1
"""Seconds between two who might have arrived, when it is reckoned what they would have seen."""

Stall = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Log:
    """What a server did, unix seconds: when it read each request, and how long it really waited."""

    read: tuple[float, ...]
    waited: tuple[float, ...]
    drawn: tuple[float, ...]
    stalls: tuple[Stall, ...] = ()

    def within(self, begin: float, end: float) -> list[float]:
        """How long it waited with the requests that it read in this time."""
        return [waited for read, waited in zip(self.read, self.waited, strict=True) if begin <= read < end]

    @property
    def late(self) -> float:
        """Seconds that 99 of 100 answers were late at most, by what had been drawn."""
        behind = [waited - drawn for waited, drawn in zip(self.waited, self.drawn, strict=True)]
        return quantile(behind, 99)


def draws() -> Iterator[float]:
    """Delays in seconds, without end, always the same."""
    random = Random(SEED)  # noqa: S311 - no secrets
    return cycle([random.lognormvariate(log(MEDIAN), SIGMA) for _ in range(DRAWS)])


def quantiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99."""
    return {f"p{percent}": quantile(values, percent) for percent in QUANTILES}


def quantile(values: Sequence[float], percent: int) -> float:
    """The least value that so many per cent do not exceed."""
    return sorted(values)[ceil(len(values) * percent / 100) - 1]


def seen(begin: float, end: float, stalls: Sequence[Stall]) -> list[float]:
    """Response times of those who arrive one after the other in this time, whatever became of the others."""
    count = round((end - begin) / GRAIN)
    arrivals = (begin + index * GRAIN for index in range(count))
    return _seen(arrivals, islice(draws(), count), stalls)


def _seen(arrivals: Iterable[float], delays: Iterable[float], stalls: Sequence[Stall]) -> list[float]:
    return [
        _awake(_awake(arrival, stalls) + delay, stalls) - arrival
        for arrival, delay in zip(arrivals, delays, strict=True)
    ]


def _awake(moment: float, stalls: Sequence[Stall]) -> float:
    """The first moment from this one on when the server does anything."""
    return next((end for begin, end in stalls if begin <= moment < end), moment)
