"""A load test over its window: rate, service times and failures of all operations together."""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

from mario_perf import figures
from mario_perf.reports.charts.frame import (
    Chart,
    Hover,
    Path,
    Tick,
    linear_ticks,
    polyline,
    x_position,
    y_position,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mario_perf.model import GateResult, Moment

    Values = Sequence[float]
    Format = Callable[[float], str]

_MARGIN = 1.1  # room above the highest value
_LEAST_SHARE = 0.01  # an axis of shares goes to 1 % at least


def draw(result: GateResult) -> list[tuple[str, Chart]]:
    """Charts with their captions; none of a result that is not of one load test."""
    moments = result.over_time
    if len(moments) < 2:  # noqa: PLR2004 - a line has two ends
        return []
    times = "response times" if result.by_client else "service times"
    users = _users(result)
    return [
        *([("Users", _chart(moments, {"": users}, figures.count))] if users else []),
        ("Executions a second", _chart(moments, {"": [one.rate for one in moments]}, figures.rate)),
        (
            f"{times.capitalize()}: the thick line is p95, the thin line p50",
            _chart(
                moments,
                {"p50": [one.p50 for one in moments], "p95": [one.p95 for one in moments]},
                figures.seconds,
            ),
        ),
        *(
            [
                (
                    "Share of executions that failed",
                    _chart(
                        moments, {"": [one.error_ratio for one in moments]}, figures.percent, _LEAST_SHARE
                    ),
                )
            ]
            if any_failed(result)
            else []
        ),
    ]


def any_failed(result: GateResult) -> bool:
    """Whether an execution failed in the window."""
    return any(one.error_ratio > 0 for one in result.over_time)


def _users(result: GateResult) -> Values:
    """How many there were at each moment, by the load generator; empty where it kept no record of them."""
    run = result.runs[0]
    times = [at - run.window.start for at, _ in run.users_over_time]
    if not times or times[0] > result.over_time[0].at:
        return []
    return [float(run.users_over_time[bisect_right(times, one.at) - 1][1]) for one in result.over_time]


def _chart(moments: Sequence[Moment], lines: dict[str, Values], text: Format, least: float = 0.0) -> Chart:
    known = [value for values in lines.values() for value in values if math.isfinite(value)]
    high = max([least, *(value * _MARGIN for value in known)]) or 1.0
    ends = [one.at for one in moments] + [2 * moments[-1].at - moments[-2].at]
    length = ends[-1]
    return Chart(
        description=f"Over the measured window of {figures.seconds(length)}, on a linear axis from 0.",
        x_ticks=tuple(Tick(x_position(at / length), f"{at:g} s") for at in linear_ticks(length)),
        y_ticks=tuple(Tick(y_position(each / high), text(each)) for each in linear_ticks(high, max_steps=4)),
        paths=tuple(
            Path(f"line candidate {role or 'p95'}", _line(ends, values, high))
            for role, values in lines.items()
        ),
        hovers=tuple(
            Hover(x_position(start / length), x_position(end / length), _hover(lines, index, start, text))
            for index, (start, end) in enumerate(pairwise(ends))
        ),
    )


def _line(ends: Values, values: Values, high: float) -> str:
    """Through the middle of each part of the window."""
    middles = [(start + end) / 2 / ends[-1] for start, end in pairwise(ends)]
    return polyline(
        (x_position(at), y_position(value / high)) for at, value in zip(middles, values, strict=True)
    )


def _hover(lines: dict[str, Values], index: int, start: float, text: Format) -> str:
    values = ", ".join(f"{role} {text(values[index])}".strip() for role, values in lines.items())
    return f"at {figures.seconds(start)}: {values}"
