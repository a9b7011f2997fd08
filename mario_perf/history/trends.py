"""What a history says: the lasting shifts of each operation, with the revisions between which they came."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from mario_perf.history.alerts import Alert, AlertState, index_of
from mario_perf.history.change_points.segmentation import ChangePoint, Rule, change_points

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mario_perf.history.operation_series import OperationSeries


@dataclass(frozen=True, slots=True)
class Shift:
    """A change point. It came after revision ``last`` and not after revision ``first``."""

    point: ChangePoint
    last: str
    first: str
    time: float  # unix seconds, of the first value of the new level
    state: AlertState = AlertState.OPEN
    is_new: bool = True  # reported for the first time


@dataclass(frozen=True, slots=True)
class Outlook:
    """The change of the level in 30 days as a log ratio, with a 90 % interval.

    ``crossing`` is when the level crosses the limit: low, middle and high, as unix times; None where it does
    not, or where nothing limits it. There is a trend where the 99 % interval does not hold 0. ``next_value``
    is the 90 % range of the next value; None where too little is known.
    """

    low: float
    change: float
    high: float
    limit: float | None
    crossing: tuple[float, float, float] | None
    has_trend: bool
    next_value: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Trend:
    """A series and its shifts, the oldest first; ``withdrawn`` ones are no change of the code."""

    series: OperationSeries
    shifts: tuple[Shift, ...]
    withdrawn: tuple[Shift, ...] = ()
    outlook: Outlook | None = None


def trends(
    series: Sequence[OperationSeries], rule: Rule | None = None, alerts: Iterable[Alert] = ()
) -> tuple[Trend, ...]:
    """The trend of each series; the false alarm rate of the rule is for all of them together.

    What ``alerts`` say stays, and others are sought after them.

    Source: C. E. Bonferroni (1936), "Teoria statistica delle classi e calcolo delle probabilità".
    """
    rule = rule or Rule()
    single = Rule(rule.false_alarm_rate / max(len(series), 1), rule.separation, rule.least_change)
    by_series: dict[tuple[str, str, str], list[Alert]] = {}
    for each in alerts:
        by_series.setdefault((each.scenario, each.operation, each.metric), []).append(each)
    return tuple(
        _trend(each, single, by_series.get((each.scenario, each.operation, each.metric), ()))
        for each in series
    )


def alert_of(series: OperationSeries, shift: Shift) -> Alert:
    """What a store keeps of a shift that is reported."""
    environment = series.environments[shift.point.index]
    key = series.scenario, series.operation, series.metric, environment
    return Alert(*key, shift.last, shift.first, shift.time, shift.point.change, shift.state)


def _trend(series: OperationSeries, rule: Rule, alerts: Iterable[Alert]) -> Trend:
    reported = {index: each for each in alerts if (index := index_of(each, series)) is not None}
    points = change_points(
        series.values, groups=series.revisions, breaks=series.breaks, reported=reported, rule=rule
    )
    shifts = [
        _shift(series, point, reported.get(point.index))
        for point in points
        if point.index in reported or _exceeds_links(series, point.index, points, rule)
    ]
    return Trend(
        series,
        tuple(each for each in shifts if each.state is not AlertState.WITHDRAWN),
        tuple(each for each in shifts if each.state is AlertState.WITHDRAWN),
    )


def _exceeds_links(series: OperationSeries, index: int, points: Sequence[ChangePoint], rule: Rule) -> bool:
    """Whether the levels on both sides differ by more than the errors of the links between them explain.

    The errors of links add up along the revisions, so that a quiet series wanders as if its level changed.
    """
    if series.network is None or series.places is None:
        return True
    ends = [0, *(each.index for each in points), len(series.values)]
    start, stop = max(e for e in ends if e < index), min(e for e in ends if e > index)
    change, error = series.network.change_of_means(series.places[start:index], series.places[index:stop])
    error *= math.sqrt(np.fmax(series.network.dispersion, 1.0))
    doubt = rule.false_alarm_rate / len(series.values)
    return bool(abs(change) > error * float(special.ndtri(1 - doubt / 2)))


def _shift(series: OperationSeries, point: ChangePoint, alert: Alert | None) -> Shift:
    index = point.index
    if alert is not None:
        return Shift(point, alert.last, alert.first, alert.time, alert.state, is_new=False)
    return Shift(point, series.revisions[index - 1], series.revisions[index], float(series.times[index]))
