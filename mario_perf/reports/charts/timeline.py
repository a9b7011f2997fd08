"""The quantiles over the window: whether a change is steady, a drift or a single bad moment."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from mario_perf import figures
from mario_perf.reports.charts.frame import (
    Chart,
    Hover,
    Path,
    Tick,
    linear_ticks,
    log_share,
    log_ticks,
    polyline,
    x_position,
    y_position,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mario_perf.model import OperationResult, Summary

_MARGIN = 1.15  # room above the highest and below the lowest value


def draw(one: OperationResult) -> Chart | None:
    """p50 and p95 of both sides over time, or None when nothing was measured over time."""
    sides = {"baseline": one.baseline, "candidate": one.candidate}
    points = [point for side in sides.values() if side for point in side.over_time]
    values = [value for point in points for value in point[1:] if math.isfinite(value) and value > 0]
    if not values:
        return None
    low, high = min(values) / _MARGIN, max(values) * _MARGIN
    height, length = log_share(low, high), max(1.0, *(point[0] for point in points))
    return Chart(
        description="p50 and p95 of service time over the measured window, on a logarithmic axis.",
        x_ticks=tuple(Tick(x_position(value / length), f"{value:g} s") for value in linear_ticks(length)),
        y_ticks=tuple(
            Tick(y_position(height(value)), figures.seconds(value)) for value in log_ticks(low, high)
        ),
        paths=tuple(
            Path(f"line {name} {role}", _line(side, index, length, height))
            for name, side in sides.items()
            if side
            for index, role in ((1, "p50"), (2, "p95"))
        ),
        hovers=tuple(_hovers(sides, length)),
    )


def _hovers(sides: Mapping[str, Summary | None], length: float) -> Iterator[Hover]:
    """What both sides took at each moment, from the middle before it to the middle after it."""
    seen: dict[float, list[str]] = defaultdict(list)
    for name, side in sides.items():
        for at, p50, p95 in side.over_time if side else ():
            seen[at].append(f"{name} p50 {figures.seconds(p50)}, p95 {figures.seconds(p95)}")
    times = sorted(seen)
    edges = [0.0, *((before + after) / 2 for before, after in pairwise(times)), length]
    for at, (start, end) in zip(times, pairwise(edges), strict=True):
        text = f"at {figures.seconds(at)}: {'; '.join(seen[at])}"
        yield Hover(x_position(start / length), x_position(end / length), text)


def _line(side: Summary, index: int, length: float, height: Callable[[float], float]) -> str:
    return polyline(
        (x_position(point[0] / length), y_position(height(point[index])) if point[index] > 0 else math.nan)
        for point in side.over_time
    )
