"""Trends in words and figures, the same on the terminal and on the page."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast

from mario_perf import figures
from mario_perf.durations import DAY, MONTH
from mario_perf.errors import listed
from mario_perf.history.alerts import AlertState
from mario_perf.metric_catalogue import METRICS, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.history.trends import Outlook, Shift, Trend
    from mario_perf.metric_catalogue import Metric

_PERIODS: Final = (("a month", MONTH), ("a day", DAY), ("an hour", 3600.0), ("a minute", 60.0))


def title(trend: Trend) -> str:
    """The operation and its metric, as other reports name it."""
    metric = trend.series.metric
    known = METRICS.get(cast("Metric", metric))
    return f"{trend.series.operation}, {known.title if known else metric}"


def value(trend: Trend, number: float) -> str:
    """A value with its unit; imported metrics have none that is known."""
    known = METRICS.get(cast("Metric", trend.series.metric))
    match known.kind if known else None:
        case Kind.DURATION:
            return figures.seconds(number)
        case Kind.SHARE:
            return figures.percent(number)
        case Kind.RATE:
            return figures.rate(number)
        case _:
            return figures.number(number) if math.isfinite(number) else figures.UNKNOWN


def change(trend: Trend, shift: Shift) -> str:
    """The size of a shift: a ratio, or a difference where values are not all positive."""
    if trend.series.values.min() <= 0:
        return f"{value(trend, shift.point.before)} to {value(trend, shift.point.after)}"
    return figures.log_change(shift.point.change)


def interval(trend: Trend, shift: Shift) -> str:
    """The interval of the size of a shift."""
    low, high = shift.point.low, shift.point.high
    if trend.series.values.min() <= 0 or not (math.isfinite(low) and math.isfinite(high)):
        return figures.UNKNOWN
    return figures.span(figures.log_change(low), figures.log_change(high))


def day(time: float) -> str:
    """A date in UTC."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d")


def sentence(trend: Trend, shift: Shift) -> str:
    """What shifted, by how much, and where to look."""
    before, after = value(trend, shift.point.before), value(trend, shift.point.after)
    new = "new: " if shift.is_new else ""
    confirmed = ", confirmed by a duet" if shift.state is AlertState.CONFIRMED else ""
    return (
        f"{new}{change(trend, shift)} ({interval(trend, shift)}), from {before} to {after}, "
        f"between {shift.last} and {shift.first}, {day(shift.time)}{confirmed}"
    )


def outlook(trend: Trend) -> str:
    """Where the level is going since the last shift; empty where too little is known."""
    known = trend.outlook
    if known is None:
        return ""
    ends = known.next_value and figures.span(*(value(trend, each) for each in known.next_value))
    return f"{_direction(trend, known)}; next value {ends}" if ends else _direction(trend, known)


def _direction(trend: Trend, known: Outlook) -> str:
    unit, seconds = _period(trend)
    months = seconds / MONTH
    low, change, high = (figures.log_change(months * each) for each in (known.low, known.change, known.high))
    if not known.has_trend:
        return f"no trend ({figures.span(low, high)} {unit})"
    if known.crossing is None or known.limit is None:
        return f"trend: {change} {unit} ({figures.span(low, high)})"
    first, middle, last = (day(each) if math.isfinite(each) else "later" for each in known.crossing)
    limit = value(trend, known.limit)
    return (
        f"trend: {change} {unit} ({figures.span(low, high)}); at the limit of {limit} "
        f"by {middle} ({first} to {last})"
    )


def _period(trend: Trend) -> tuple[str, float]:
    """The time in which a change is given: a month would be far beyond what a short history has seen."""
    times = trend.series.times
    seen = 3 * float(times[-1] - times[0])
    return next((each for each in _PERIODS if each[1] <= seen), _PERIODS[-1])


def headline(trends: Sequence[Trend]) -> str:
    """How many series shifted."""
    shifted = [each.series.operation for each in trends if each.shifts]
    if not trends:
        return "The history has no values. Run a gate, or import runs with mario-perf history import."
    if not shifted:
        return f"No lasting shift in {len(trends)} series."
    return f"Lasting shifts in {len(shifted)} of {len(trends)} series: {listed(dict.fromkeys(shifted))}"
