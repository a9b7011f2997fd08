"""Both distributions over each other: steps as wide as the buckets, on a logarithmic axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import units
from reports.charts.frame import (
    Chart,
    Mark,
    Path,
    Tick,
    log_share,
    log_ticks,
    polyline,
    x_position,
    y_position,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.model import OperationResult, Summary

_OPEN_ENDED = 2.0  # the buckets without a lower or an upper bound are drawn as wide as this factor


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket that somebody fell into, with the share of requests of each side (0 to 1)."""

    low: float  # seconds, 0 in the first
    high: float  # seconds, infinite in the last
    baseline: float
    candidate: float

    @property
    def label(self) -> str:
        """Its range in words."""
        if math.isinf(self.high):
            return f"above {units.seconds(self.low)}"
        return f"{units.seconds(self.low)} to {units.seconds(self.high)}"


def buckets(bounds: Sequence[float], one: OperationResult) -> tuple[Bucket, ...]:
    """From the first to the last bucket that holds a request of either side; none without any."""
    old, new = _shares(one.baseline, len(bounds)), _shares(one.candidate, len(bounds))
    used = [index for index, both in enumerate(zip(old, new, strict=True)) if any(both)]
    if not used:
        return ()
    edges = (0.0, *bounds, math.inf)
    return tuple(
        Bucket(edges[index], edges[index + 1], old[index], new[index])
        for index in range(used[0], used[-1] + 1)
    )


def draw(one: OperationResult, filled: Sequence[Bucket]) -> Chart | None:
    """The chart, or None when no request was measured.

    An area is a share of requests: the height of a step is the bucket's share for its width on the axis, so
    that shapes compare even where buckets are of different widths. Heights alone mean nothing, and have no
    axis.
    """
    if not filled:
        return None
    spans = [_drawn(bucket) for bucket in filled]
    share = log_share(spans[0][0], spans[-1][1])
    octaves = [math.log2(high / low) for low, high in spans]
    old = [bucket.baseline / width for bucket, width in zip(filled, octaves, strict=True)]
    new = [bucket.candidate / width for bucket, width in zip(filled, octaves, strict=True)]
    top = max(*old, *new)
    edges = [x_position(share(low)) for low, _ in spans] + [x_position(1)]
    return Chart(
        description=_description(one),
        x_ticks=tuple(
            Tick(x_position(share(value)), units.brief(value))
            for value in log_ticks(spans[0][0], spans[-1][1])
        ),
        y_ticks=(),
        paths=(
            Path("area baseline", _steps(edges, [value / top for value in old])),
            Path("line candidate", _steps(edges, [value / top for value in new])),
        ),
        marks=_marks(one, spans[0][0], spans[-1][1]),
    )


def _shares(side: Summary | None, bounds: int) -> list[float]:
    counts = side.histogram if side else (0,) * (bounds + 1)
    total = sum(counts)
    return [count / total if total else 0.0 for count in counts]


def _drawn(bucket: Bucket) -> tuple[float, float]:
    low = bucket.low if bucket.low > 0 else bucket.high / _OPEN_ENDED
    high = bucket.high if math.isfinite(bucket.high) else bucket.low * _OPEN_ENDED
    return low, high


def _steps(edges: Sequence[float], heights: Sequence[float]) -> str:
    points = [(edges[0], y_position(0))]
    for left, right, height in zip(edges, edges[1:], heights, strict=False):
        y = y_position(height)
        points += [(left, y), (right, y)]
    return polyline([*points, (edges[-1], y_position(0))])


def _marks(one: OperationResult, low: float, high: float) -> tuple[Mark, ...]:
    share = log_share(low, high)
    sides = (("baseline", one.baseline), ("candidate", one.candidate))
    values = [
        (role, name, quantile.value)
        for role, side in sides
        if side
        for name, quantile in (("p50", side.p50), ("p95", side.p95))
    ]
    return tuple(
        Mark(role, x_position(share(value)), f"{role} {name}: {units.seconds(value)}")
        for role, name, value in values
        if math.isfinite(value) and low <= value <= high
    )


def _description(one: OperationResult) -> str:
    sides = (("Baseline", one.baseline), ("candidate", one.candidate))
    told = [
        f"{name} p50 {units.seconds(side.p50.value)}, p95 {units.seconds(side.p95.value)}"
        for name, side in sides
        if side
    ]
    return "Share of requests by service time. " + "; ".join(told) + "."
