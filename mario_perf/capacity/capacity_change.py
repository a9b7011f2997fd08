"""How a capacity changed: searches of a candidate against searches that were kept. Pure.

A machine is faster one day and slower the next, and near the limit it is chance whether a probe holds: two
searches of one service differ by more than their brackets are wide. How much more, only further ones show.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from scipy import special

from mario_perf.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mario_perf.capacity.rate_search import Capacity

NOISE = 0.1
"""Relative change of a capacity that is worth acting on."""

EXCLUDED_DROP = 0.25
"""Relative drop that a pass promises is absent."""

MAX_SEARCHES = 10
"""Searches of a baseline, and the most that are worth asking for."""

MIN_SEARCHES = 3
"""Searches a side that are asked for where no spread is known yet."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A capacity and under what it was found: ``conditions`` (environment, load, limits) by name."""

    capacity: Capacity
    conditions: Mapping[str, str]
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class CapacityChange:
    """Candidate against baseline: about ``value``, and between ``low`` and ``high``, relative.

    Where nothing is known ``value`` is NaN and ``high`` infinite. ``stored`` and ``new`` are numbers
    of searches.
    """

    verdict: Verdict
    value: float
    low: float
    high: float
    stored: int
    new: int
    reason: str


def compare(
    stored: Sequence[SearchResult], new: Sequence[SearchResult], noise: float, false_alarms: float
) -> CapacityChange:
    """Is the capacity of the ``new`` searches lower than the stored one, by more than ``noise``?

    Both are at least one search, the new ones all under the same conditions. Stored ones of other conditions
    are left out; without any left, nothing is concluded. A service whose capacity did not fall by more than
    ``noise`` is called regressed in at most ``false_alarms`` (above 0, below 0.5) of all comparisons.
    """
    conditions = new[0].conditions
    same = [each for each in stored if each.conditions == conditions]
    if not same:
        return _inconclusive(
            stored, new, f"not comparable: {_condition_differences(stored[-1].conditions, conditions)}"
        )
    if not all(each.capacity.complete for each in (*same, *new)):
        return _inconclusive(
            same, new, "a search ended before its rate was confirmed; allow more --most-probes"
        )
    if not all(each.capacity.confirmed for each in same):
        return _inconclusive(same, new, "a stored search found no capacity; remove it and store another")
    estimate = _estimate([each.capacity for each in same], [each.capacity for each in new])
    low, high = estimate.interval(len(same), len(new), false_alarms)
    verdict = _verdict(low, high, noise)
    return CapacityChange(
        verdict,
        value=math.expm1(estimate.value),
        low=math.expm1(low),
        high=math.expm1(high),
        stored=len(same),
        new=len(new),
        reason=_reason(verdict, estimate, noise, false_alarms),
    )


@dataclass(frozen=True, slots=True)
class _ChangeEstimate:
    """What both sides' brackets say of the change, in logarithms.

    A bracket is from the highest rate that held to the lowest that failed. Searches of one service vary by
    ``s``, taken as the same on both sides (pooled). The place within a bracket of width ``w`` is not known,
    which adds the variance of a uniform distribution, ``w^2 / 12`` (JCGM 100:2008, 4.3.7): without it,
    searches that happen to end in the same bracket would seem not to vary at all. Student's t over ``n``
    stored and ``m`` new searches (where one is new, a prediction interval) gives

        spread^2 = s^2 + mean w^2 / 12
        half-width = t(1 - false alarms; n + m - 2) spread sqrt(1/n + 1/m)

    All searches begin with the same rates, so that what the brackets leave open does not average out: the
    interval is from the least that the new brackets can be against the most that the stored ones can be
    (``low``), to the other way round (``high``), and the half-width beyond both. One search a side shows no
    spread: it is infinite, and so is the interval.
    """

    low: float
    value: float
    high: float
    spread: float

    def interval(self, stored: int, new: int, false_alarms: float) -> tuple[float, float]:
        """The change is below it, or above it, with a probability of at most ``false_alarms`` each.

        For these numbers of searches, at the spread seen so far.
        """
        if math.isinf(self.spread):
            return -math.inf, math.inf
        t = float(special.stdtrit(stored + new - 2, 1 - false_alarms))
        half_width = t * self.spread * math.sqrt(1 / stored + 1 / new)
        return self.low - half_width, self.high + half_width


def _estimate(stored: Sequence[Capacity], new: Sequence[Capacity]) -> _ChangeEstimate:
    low = fmean(map(_log_rate_held, new)) - fmean(map(_log_rate_failed, stored))
    high = fmean(map(_log_rate_failed, new)) - fmean(map(_log_rate_held, stored))
    return _ChangeEstimate(low, (low + high) / 2, high, _spread(stored, new))


def _spread(stored: Sequence[Capacity], new: Sequence[Capacity]) -> float:
    """Standard deviation of a search."""
    if (degrees_of_freedom := len(stored) + len(new) - 2) == 0:
        return math.inf
    squares = sum(_squares([_log_rate_failed(each) for each in side]) for side in (stored, new))
    widths = [_log_rate_failed(each) - _log_rate_held(each) for each in (*stored, *new) if each.rate]
    return math.sqrt(squares / degrees_of_freedom + fmean(width**2 for width in widths) / 12)


def _squares(values: Sequence[float]) -> float:
    """Around their mean."""
    mean = fmean(values)
    return sum((value - mean) ** 2 for value in values)


def _log_rate_held(capacity: Capacity) -> float:
    return math.log(capacity.rate) if capacity.rate else -math.inf


def _log_rate_failed(capacity: Capacity) -> float:
    return math.log(capacity.failed)


def _verdict(low: float, high: float, noise: float) -> Verdict:
    if high < math.log1p(-noise):
        return Verdict.REGRESSED
    if low > math.log1p(noise):
        return Verdict.IMPROVED
    if low > math.log1p(-_excluded_drop(noise)):
        return Verdict.UNCHANGED
    return Verdict.INCONCLUSIVE


def _excluded_drop(noise: float) -> float:
    return max(noise, EXCLUDED_DROP)


def _inconclusive(stored: Sequence[SearchResult], new: Sequence[SearchResult], reason: str) -> CapacityChange:
    return CapacityChange(Verdict.INCONCLUSIVE, math.nan, -1.0, math.inf, len(stored), len(new), reason)


def _reason(verdict: Verdict, estimate: _ChangeEstimate, noise: float, false_alarms: float) -> str:
    if verdict is Verdict.INCONCLUSIVE:
        return _advice(estimate, noise, false_alarms)
    if verdict is Verdict.UNCHANGED:
        return f"a drop of {_excluded_drop(noise):.0%} is ruled out"
    return f"more than the noise of {noise:.0%}"


def _advice(estimate: _ChangeEstimate, noise: float, false_alarms: float) -> str:
    """The number of searches a side that would be enough, at the spread seen so far."""
    if math.isinf(estimate.spread):
        return (
            "one search on each side does not show the noise of this machine; "
            f"store {MIN_SEARCHES} with --keep, and compare {MIN_SEARCHES} with --searches {MIN_SEARCHES}"
        )
    spread = f"searches of one service differ by {math.expm1(estimate.spread):.0%} here"
    for count in range(2, MAX_SEARCHES + 1):
        if _verdict(*estimate.interval(count, count, false_alarms), noise) is not Verdict.INCONCLUSIVE:
            return f"{spread}; store about {count} and compare {count} new ones (--keep, --searches)"
    remedy = "use a longer --probe, a finer --resolution or a calmer machine"
    return f"{spread}; even {MAX_SEARCHES} stored and {MAX_SEARCHES} new ones are too few: {remedy}"


def _condition_differences(stored: Mapping[str, str], new: Mapping[str, str]) -> str:
    return ", ".join(
        f"{key} was {stored.get(key, 'none')}, is {new.get(key, 'none')}"
        for key in sorted(stored.keys() | new.keys())
        if stored.get(key) != new.get(key)
    )
