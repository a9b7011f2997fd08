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

RULED_OUT = 0.25
"""Relative drop that a pass promises is absent."""

KEPT = 10
"""Searches of a baseline, and the most that are worth asking for."""

FEW = 3
"""Searches a side that are asked for where no spread is known yet."""


@dataclass(frozen=True, slots=True)
class Conditioned:
    """A capacity and under what it was found: ``conditions`` (environment, load, limits) by name."""

    capacity: Capacity
    conditions: Mapping[str, str]
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Candidate against baseline: about ``value``, and between ``low`` and ``high``, relative.

    Where nothing is known ``value`` is NaN and ``high`` infinite. ``kept`` and ``new`` are the numbers of
    searches that it was told from.
    """

    verdict: Verdict
    value: float
    low: float
    high: float
    kept: int
    new: int
    reason: str


def compare(
    kept: Sequence[Conditioned], new: Sequence[Conditioned], noise: float, false_alarms: float
) -> Change:
    """Is the capacity that the ``new`` searches found lower than what was kept, by more than ``noise``?

    Both are at least one search, the new ones all under the same conditions. Kept ones of other conditions
    are left out; where none remains nothing is concluded. A service whose capacity did not fall by more than
    ``noise`` is called regressed in at most ``false_alarms`` (above 0, below 0.5) of all comparisons.
    """
    conditions = new[0].conditions
    same = [each for each in kept if each.conditions == conditions]
    if not same:
        return _undecided(kept, new, f"not comparable: {_different(kept[-1].conditions, conditions)}")
    if not all(each.capacity.complete for each in (*same, *new)):
        return _undecided(same, new, "a search ended before its rate was confirmed; allow more --most-probes")
    if not all(each.capacity.confirmed for each in same):
        return _undecided(same, new, "a stored search found no capacity; remove it and store another")
    seen = _seen([each.capacity for each in same], [each.capacity for each in new])
    low, high = seen.interval(len(same), len(new), false_alarms)
    verdict = _verdict(low, high, noise)
    return Change(
        verdict,
        value=math.expm1(seen.value),
        low=math.expm1(low),
        high=math.expm1(high),
        kept=len(same),
        new=len(new),
        reason=_reason(verdict, seen, noise, false_alarms),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """What both sides' brackets say of the change, in logarithms.

    A bracket is from the highest rate that held to the lowest that failed. Searches of one service vary by
    ``s``, taken as the same on both sides (pooled). The place within a bracket of width ``w`` is not known,
    which adds the variance of a uniform distribution, ``w^2 / 12`` (JCGM 100:2008, 4.3.7): without it,
    searches that happen to end in the same bracket would seem not to vary at all. Student's t over ``n`` kept
    and ``m`` new searches (where one is new, a prediction interval) gives

        spread^2 = s^2 + mean w^2 / 12
        reach    = t(1 - false alarms; n + m - 2) spread sqrt(1/n + 1/m)

    All searches begin with the same rates, so that what the brackets leave open does not average out: the
    interval is from the least that the new brackets can be against the most that the kept ones can be
    (``low``), to the other way round (``high``), and the reach beyond both. One search a side shows no
    spread: it is infinite, and so is the interval.
    """

    low: float
    value: float
    high: float
    spread: float

    def interval(self, kept: int, new: int, false_alarms: float) -> tuple[float, float]:
        """The change is below it, or above it, with a probability of at most ``false_alarms`` each.

        For these numbers of searches, at the spread seen so far.
        """
        if math.isinf(self.spread):
            return -math.inf, math.inf
        t = float(special.stdtrit(kept + new - 2, 1 - false_alarms))
        reach = t * self.spread * math.sqrt(1 / kept + 1 / new)
        return self.low - reach, self.high + reach


def _seen(kept: Sequence[Capacity], new: Sequence[Capacity]) -> _Seen:
    low = fmean(map(_held, new)) - fmean(map(_failed, kept))
    high = fmean(map(_failed, new)) - fmean(map(_held, kept))
    return _Seen(low, (low + high) / 2, high, _spread(kept, new))


def _spread(kept: Sequence[Capacity], new: Sequence[Capacity]) -> float:
    """Standard deviation of a search."""
    if (freedom := len(kept) + len(new) - 2) == 0:
        return math.inf
    squares = sum(_squares([_failed(each) for each in side]) for side in (kept, new))
    widths = [_failed(each) - _held(each) for each in (*kept, *new) if each.rate]
    return math.sqrt(squares / freedom + fmean(width**2 for width in widths) / 12)


def _squares(values: Sequence[float]) -> float:
    """Around their mean."""
    mean = fmean(values)
    return sum((value - mean) ** 2 for value in values)


def _held(capacity: Capacity) -> float:
    return math.log(capacity.rate) if capacity.rate else -math.inf


def _failed(capacity: Capacity) -> float:
    return math.log(capacity.failed)


def _verdict(low: float, high: float, noise: float) -> Verdict:
    if high < math.log1p(-noise):
        return Verdict.REGRESSED
    if low > math.log1p(noise):
        return Verdict.IMPROVED
    if low > math.log1p(-_ruled_out(noise)):
        return Verdict.UNCHANGED
    return Verdict.INCONCLUSIVE


def _ruled_out(noise: float) -> float:
    return max(noise, RULED_OUT)


def _undecided(kept: Sequence[Conditioned], new: Sequence[Conditioned], reason: str) -> Change:
    return Change(Verdict.INCONCLUSIVE, math.nan, -1.0, math.inf, len(kept), len(new), reason)


def _reason(verdict: Verdict, seen: _Seen, noise: float, false_alarms: float) -> str:
    if verdict is Verdict.INCONCLUSIVE:
        return _advice(seen, noise, false_alarms)
    if verdict is Verdict.UNCHANGED:
        return f"a drop of {_ruled_out(noise):.0%} is ruled out"
    return f"more than the noise of {noise:.0%}"


def _advice(seen: _Seen, noise: float, false_alarms: float) -> str:
    """The number of searches a side that would be enough, at the spread seen so far."""
    if math.isinf(seen.spread):
        return (
            "one search on each side does not show the noise of this machine; "
            f"store {FEW} with --keep, and compare {FEW} with --searches {FEW}"
        )
    apart = f"searches of one service differ by {math.expm1(seen.spread):.0%} here"
    for each in range(2, KEPT + 1):
        if _verdict(*seen.interval(each, each, false_alarms), noise) is not Verdict.INCONCLUSIVE:
            return f"{apart}; store about {each} and compare {each} new ones (--keep, --searches)"
    remedy = "use a longer --probe, a finer --resolution or a calmer machine"
    return f"{apart}; even {KEPT} stored and {KEPT} new ones are too few: {remedy}"


def _different(kept: Mapping[str, str], new: Mapping[str, str]) -> str:
    return ", ".join(
        f"{key} was {kept.get(key, 'none')}, is {new.get(key, 'none')}"
        for key in sorted(kept.keys() | new.keys())
        if kept.get(key) != new.get(key)
    )
