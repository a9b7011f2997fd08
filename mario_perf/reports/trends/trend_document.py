"""Trends as JSON."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.history.trends import Outlook, Shift, Trend


def render(trends: Sequence[Trend]) -> str:
    """A document with a list of series. Changes are log ratios, or differences where values reach 0."""
    return json.dumps({"series": [_series(each) for each in trends]}, indent=2, allow_nan=False) + "\n"


def _series(trend: Trend) -> dict[str, Any]:
    series = trend.series
    return {
        "scenario": series.scenario,
        "operation": series.operation,
        "metric": series.metric,
        "adjusted": series.adjusted,
        "values": len(series.values),
        "environment_changes": list(series.breaks),
        "change_points": [_change_point(each) for each in trend.shifts],
        "outlook": _outlook(trend.outlook),
        "withdrawn": [_change_point(each) for each in trend.withdrawn],
    }


def _outlook(known: Outlook | None) -> dict[str, Any] | None:
    """Changes a month are log ratios; times of a crossing are null beyond the forecast."""
    if known is None:
        return None
    return {
        "change_a_month": known.change,
        "low": known.low,
        "high": known.high,
        "has_trend": known.has_trend,
        "limit": known.limit,
        "next_value": known.next_value,
        "crossing": known.crossing and [each if math.isfinite(each) else None for each in known.crossing],
    }


def _change_point(shift: Shift) -> dict[str, Any]:
    point = shift.point
    return {
        "index": point.index,
        "time": shift.time,
        "last_revision_before": shift.last,
        "first_revision_after": shift.first,
        "before": point.before,
        "after": point.after,
        "change": point.change,
        "low": point.low if math.isfinite(point.low) else None,
        "high": point.high if math.isfinite(point.high) else None,
        "chance": point.chance,
        "state": shift.state.value,
        "new": shift.is_new,
    }
