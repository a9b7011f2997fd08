"""What a history says: the lasting shifts of each operation, with the revisions between which they came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.history.change_points.segmentation import ChangePoint, Rule, change_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.history.operation_series import OperationSeries


@dataclass(frozen=True, slots=True)
class Shift:
    """A change point. It came after revision ``last`` and not after revision ``first``."""

    point: ChangePoint
    last: str
    first: str
    time: float  # unix seconds, of the first value of the new level


@dataclass(frozen=True, slots=True)
class Trend:
    """A series and its shifts, the oldest first."""

    series: OperationSeries
    shifts: tuple[Shift, ...]


def trends(series: Sequence[OperationSeries], rule: Rule | None = None) -> tuple[Trend, ...]:
    """The trend of each series; the false alarm rate of the rule is for all of them together.

    Source: C. E. Bonferroni (1936), "Teoria statistica delle classi e calcolo delle probabilità".
    """
    rule = rule or Rule()
    single = Rule(rule.false_alarm_rate / max(len(series), 1), rule.separation, rule.least_change)
    return tuple(_trend(each, single) for each in series)


def _trend(series: OperationSeries, rule: Rule) -> Trend:
    points = change_points(series.values, groups=series.revisions, breaks=series.breaks, rule=rule)
    return Trend(series, tuple(_shift(series, point) for point in points))


def _shift(series: OperationSeries, point: ChangePoint) -> Shift:
    index = point.index
    return Shift(point, series.revisions[index - 1], series.revisions[index], float(series.times[index]))
