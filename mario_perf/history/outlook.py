"""Where the level of a series is going since its last shift, and when it crosses a limit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.durations import MONTH
from mario_perf.figures import MOST_LOG
from mario_perf.history.forecast import CONFIDENCE, DOUBT, crossing, forecast
from mario_perf.history.prediction import prediction
from mario_perf.history.trends import Outlook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from mario_perf.history.operation_series import OperationSeries
    from mario_perf.history.trends import Trend

    Floats = NDArray[np.float64]


def with_outlooks(
    trends: Iterable[Trend], limit_of: Callable[[OperationSeries], float | None], now: float
) -> tuple[Trend, ...]:
    """Trends with where they are going; ``limit_of`` says what a series must stay below."""
    return tuple(replace(each, outlook=outlook(each, limit_of(each.series), now)) for each in trends)


def outlook(trend: Trend, limit: float | None, now: float) -> Outlook | None:
    """Of the newest level; None where it is too short, or values are not all positive.

    Args:
        trend: A series and its shifts.
        limit: What the level must stay below, in the unit of the values.
        now: Unix time from which a crossing is sought.
    """
    series = trend.series
    begins = [*series.breaks, *(each.point.index for each in (*trend.shifts, *trend.withdrawn))]
    start = max(begins, default=0)
    if series.values[start:].min(initial=np.inf) <= 0:
        return None
    times, values = series.times[start:], np.log(series.values[start:])
    fit = forecast(times, values)
    if fit is None:
        return None
    low, change, high = (
        MONTH * fit.slope(each) for each in ((1 - CONFIDENCE) / 2, 0.5, (1 + CONFIDENCE) / 2)
    )
    found = crossing(fit, float(np.log(limit)), now) if limit else None
    has_trend = fit.slope(DOUBT) > 0 or fit.slope(1 - DOUBT) < 0
    return Outlook(low, change, high, limit, found, has_trend, _next_value(times, values))


def _next_value(times: Floats, values: Floats) -> tuple[float, float] | None:
    """After as long a time as usual."""
    ends = prediction(times, values, times[-1:] + np.median(np.diff(times)))
    if ends is None:
        return None
    low, high = np.exp(np.minimum(np.concatenate(ends), MOST_LOG))
    return float(low), float(high)
