"""Capacity: the highest arrival rate at which a service keeps its limits. Pure: the caller probes.

The search doubles the rate until a probe fails, or halves it until one holds, then bisects in log space, so
that its resolution is relative. What it finds is confirmed: one probe that happened to hold proves little.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    Trial = Generator[float, bool, bool]

MIN_RATE = 0.5
"""A second: a service that does not keep its limits at this rate has no capacity."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A short run at one rate (a second): whether the limits held, and if not, why."""

    rate: float
    held: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """How to search; rates a second.

    The answer is known when the lowest rate that failed is at most ``1 + resolution`` times the highest that
    held, and that one has held in ``confirmations`` further trials. Below ``lowest`` nothing is tried.
    """

    start: float = 20.0
    lowest: float = MIN_RATE
    resolution: float = 0.05
    confirmations: int = 2
    most_probes: int = 40


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a search found.

    ``rate`` is the highest that held, None where none did; ``failed`` the lowest above it that did not hold,
    infinite where all did. Unless ``complete``, the search ended before ``rate`` was confirmed.
    """

    rate: float | None
    failed: float
    probes: tuple[Probe, ...]
    complete: bool

    @property
    def confirmed(self) -> bool:
        return self.complete and self.rate is not None


def search(plan: Search) -> Generator[float, Probe | None, Capacity]:
    """Yields the rate of the next probe, is sent the probe, and returns the capacity.

    Where there can be no probe it is sent None, and returns what is known so far.

    A rate holds if two of up to three probes say so, or the first: a probe that fails may have been
    disturbed, one that holds is confirmed later.
    """
    bracket = _Bracket()
    rates = _rates(plan, bracket)
    probes: list[Probe] = []
    rate = next(rates)
    while len(probes) < plan.most_probes:
        if (probe := (yield rate)) is None:
            break
        probes.append(probe)
        try:
            rate = rates.send(probe.held)
        except StopIteration:
            return Capacity(bracket.low, bracket.failed, tuple(probes), complete=True)
    return Capacity(bracket.low, bracket.failed, tuple(probes), complete=False)


@dataclass(slots=True)
class _Bracket:
    """Every rate that held, and the lowest that failed."""

    held: list[float] = field(default_factory=list)
    failed: float = math.inf

    @property
    def low(self) -> float | None:
        """What held says nothing where a lower rate failed since."""
        return max((rate for rate in self.held if rate < self.failed), default=None)

    def add(self, rate: float, *, held: bool) -> None:
        if held:
            self.held.append(rate)
        else:
            self.failed = min(self.failed, rate)


def _rates(plan: Search, bracket: _Bracket) -> Generator[float, bool, None]:
    """Rates to probe, until the bracket is narrow and its lower end confirmed."""
    while (rate := _needs_probe(plan, bracket)) is not None:
        confirming = rate == bracket.low
        for _ in range(plan.confirmations if confirming else 1):
            held = yield from _trial(rate)
            bracket.add(rate, held=held)
            if not held:
                break
        else:
            if confirming:
                return


def _trial(rate: float) -> Trial:
    if (yield rate):
        return True
    if not (yield rate):
        return False
    return (yield rate)


def _needs_probe(plan: Search, bracket: _Bracket) -> float | None:
    """The rate to try next; None where even the lowest failed."""
    low, failed = bracket.low, bracket.failed
    if low is None:
        if failed <= plan.lowest:
            return None
        return max(failed / 2, plan.lowest) if math.isfinite(failed) else plan.start
    if math.isinf(failed):
        return low * 2
    return math.sqrt(low * failed) if failed > low * (1 + plan.resolution) else low
