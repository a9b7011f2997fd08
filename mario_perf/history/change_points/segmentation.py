"""The change points of one series: candidates first, then only those that chance does not explain.

Two conditions make a change point. The series' own permuted residuals must rarely reach its statistic, and
the levels must be apart: slow drifts and rare slow modes move ranks, but no reader calls them a step.
Formulas and the choice of constants: docs/history.md.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from mario_perf.history.change_points.null_distribution import block_length, null_distribution
from mario_perf.history.change_points.rank_scan import LEAST, best_split, statistic_at
from mario_perf.history.change_points.shift import separation, shift_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.intp]

FALSE_ALARM_RATE: Final = 0.01
"""The chance that a quiet series has a change point."""

SEPARATION: Final = 0.88
"""Share of pairs of values, one before and one after, that must show the change: 1.7 normal deviations."""

LEAST_CHANGE: Final = 0.01
"""Smallest change of the level that matters, as a log ratio."""

CANDIDATE: Final = 3.0
"""Smallest statistic of a candidate: what single values without any scan exceed once in 400 times."""

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """A lasting shift. Its new level begins with the value at ``index``.

    ``before`` and ``after`` are the medians of both levels. ``change``, ``low`` and ``high`` are log ratios
    (differences where values are not all positive); the interval has 95 % confidence. ``chance`` is the
    probability that a quiet series shows as much somewhere.
    """

    index: int
    before: float
    after: float
    change: float
    low: float
    high: float
    chance: float


@dataclass(frozen=True, slots=True)
class Rule:
    """When a shift is a change point."""

    false_alarm_rate: float = FALSE_ALARM_RATE
    separation: float = SEPARATION
    least_change: float = LEAST_CHANGE


def change_points(
    values: Floats,
    *,
    groups: Sequence[object] | None = None,
    breaks: Iterable[int] = (),
    reported: Iterable[int] = (),
    rule: Rule | None = None,
) -> tuple[ChangePoint, ...]:
    """The change points of ``(n,)`` finite values in the order of time, sorted by index.

    ``groups``, ``(n,)``: equal neighbours are repetitions of one build, and no change lies between them.
    ``breaks`` are indices at which something else changed (the machine): levels end there, and no change
    point is reported. ``reported`` are change points of earlier answers. They stay, and what lies between two
    of them, or between a break and one of them, is not decided again.

    Raises:
        ValueError: values are not one finite series, or there are not as many groups.
    """
    series = np.asarray(values, dtype=np.float64)
    if (
        series.ndim != 1
        or not np.isfinite(series).all()
        or (groups is not None and len(groups) != len(series))
    ):
        raise ValueError("change points need a series of finite values, and a group for each of them or none")
    search = _Search(series, _logarithms(series), _starts(len(series), groups), rule or Rule())
    earlier = sorted(set(reported))
    boundaries = sorted({*earlier, *(index for index in breaks if 0 < index < len(series))})
    candidates = search.candidates(boundaries, frozenset(earlier))
    return search.select(candidates, boundaries, earlier)


def _logarithms(values: Floats) -> Floats:
    return np.log(values) if len(values) and values.min() > 0 else values


def _starts(n: int, groups: Sequence[object] | None) -> Indices:
    """Indices at which a change is possible."""
    if groups is None:
        return np.arange(n)
    return np.array([i for i in range(n) if i == 0 or groups[i] != groups[i - 1]], dtype=np.intp)


@dataclass(frozen=True, slots=True)
class _Search:
    values: Floats
    scaled: Floats  # logarithms, or the values where not all are positive
    starts: Indices
    rule: Rule

    @property
    def least_change(self) -> float:
        """Smallest change that matters; differences have no unit of their own, so that each may."""
        return 0.0 if self.scaled is self.values else self.rule.least_change

    def candidates(self, boundaries: Sequence[int], reported: frozenset[int]) -> list[int]:
        """Splits that stand out in their intervals, by binary segmentation between the boundaries."""
        candidates: list[int] = []
        ends = (*boundaries, len(self.scaled))
        waiting = [(a, b) for a, b in pairwise((0, *ends)) if b not in reported]
        while waiting:
            start, stop = waiting.pop()
            index = self._candidate(start, stop)
            if index is not None:
                candidates.append(index)
                waiting += [(start, index), (index, stop)]
        return sorted(candidates)

    def _candidate(self, start: int, stop: int) -> int | None:
        values = self.scaled[start:stop]
        if len(values) < 2 * LEAST or values.min() == values.max():
            return None
        inside = self.starts[(self.starts > start) & (self.starts < stop)] - start
        split = best_split(values, inside)
        if split is None or split.statistic < CANDIDATE:
            return None
        before, after = values[split.start : split.index], values[split.index : split.stop]
        return start + split.index if separation(before, after) >= self.rule.separation else None

    def select(
        self, candidates: list[int], boundaries: Sequence[int], earlier: Sequence[int]
    ) -> tuple[ChangePoint, ...]:
        """The candidates that hold between their neighbours, and the reported ones, described."""
        points, remaining = None, candidates
        while points != remaining:
            points = remaining
            if not points and not earlier:
                return ()
            levels = _Levels(self, tuple(sorted({0, *boundaries, *points, len(self.scaled)})))
            remaining = levels.significant(points)
        points = self._relocate(points, boundaries)
        levels = _Levels(self, tuple(sorted({0, *boundaries, *points, len(self.scaled)})))
        return tuple(levels.described(index) for index in sorted({*points, *earlier}))

    def _relocate(self, points: Sequence[int], boundaries: Sequence[int]) -> list[int]:
        """Each where the levels on both sides fit best, by absolute differences from their medians.

        The rank statistic lies some values off where one side is much longer than the other.
        """
        ends = sorted({0, *boundaries, *points, len(self.scaled)})
        return [self._best_place(index, *_neighbours(index, ends)) for index in points]

    def _best_place(self, index: int, start: int, stop: int) -> int:
        series = self.scaled[start:stop]
        before, after = np.median(series[: index - start]), np.median(series[index - start :])
        gain = np.concatenate(([0.0], np.cumsum(np.abs(series - before) - np.abs(series - after))))
        possible = self.starts[(self.starts >= start + LEAST) & (self.starts <= stop - LEAST)]
        return int(possible[np.argmin(gain[possible - start])]) if len(possible) else index


class _Levels:
    """The series cut into levels, and what chance makes of their residuals."""

    def __init__(self, search: _Search, ends: tuple[int, ...]) -> None:
        self._search, self._ends = search, ends
        parts = (search.scaled[a:b] for a, b in pairwise(ends))
        residuals = np.concatenate([part - np.median(part) for part in parts])
        self._block = block_length(residuals)
        self._null = null_distribution(residuals, self._block)

    def significant(self, candidates: Sequence[int]) -> list[int]:
        """Leave out the weakest that does not hold, until all hold."""
        ends = list(self._ends)
        tests: dict[int, tuple[float, bool]] = {}
        changed = set(candidates)
        while changed:
            tests |= {index: self._test(index, ends) for index in changed}
            failing = [index for index, (_, holds) in tests.items() if not holds]
            if not failing:
                break
            weakest = min(failing, key=lambda index: tests[index][0])
            changed = set(_neighbours(weakest, ends)) & tests.keys()
            ends.remove(weakest)
            del tests[weakest]
            changed = changed or set(failing) & tests.keys()
        return sorted(tests)

    def described(self, index: int) -> ChangePoint:
        """What a reader sees."""
        start, stop = _neighbours(index, self._ends)
        series, values = self._search.scaled, self._search.values
        dependence = self._block / 2  # a block is twice as long as neighbours depend on each other
        return ChangePoint(
            index,
            float(np.median(values[start:index])),
            float(np.median(values[index:stop])),
            *shift_interval(series[start:index], series[index:stop], dependence, CONFIDENCE),
            self._null.chance_above(self._statistic(index, start, stop)),
        )

    def _test(self, index: int, ends: Sequence[int]) -> tuple[float, bool]:
        """The statistic between the neighbouring ends, and whether the rule holds there."""
        start, stop = _neighbours(index, ends)
        before, after = self._search.scaled[start:index], self._search.scaled[index:stop]
        statistic, rule = self._statistic(index, start, stop), self._search.rule
        holds = (
            self._null.chance_above(statistic) <= rule.false_alarm_rate
            and separation(before, after) >= rule.separation
            and abs(float(np.median(after) - np.median(before))) >= self._search.least_change
        )
        return statistic, holds

    def _statistic(self, index: int, start: int, stop: int) -> float:
        return float(statistic_at(self._search.scaled[start:stop], np.array([index - start]))[0])


def _neighbours(index: int, ends: Sequence[int]) -> tuple[int, int]:
    """The ends before and after one of them."""
    place = bisect_left(ends, index)
    return ends[place - 1], ends[place + 1]
