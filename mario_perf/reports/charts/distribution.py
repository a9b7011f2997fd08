"""Both distributions over each other: steps as wide as the buckets, on a logarithmic axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf import figures
from mario_perf.reports.charts.frame import (
    Chart,
    Hover,
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

    from mario_perf.model import OperationResult, Summary

_OPEN_ENDED = 2.0  # the buckets without a lower or an upper bound are drawn as wide as this factor
_SMALLEST = 1e-6  # seconds: where all that took no time is drawn when nothing else tells a place


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
            return f"above {figures.seconds(self.low)}"
        if self.high <= 0:
            return figures.seconds(0.0)
        return f"{figures.seconds(self.low)} to {figures.seconds(self.high)}"


def bucket_shares(bounds: Sequence[float], one: OperationResult) -> tuple[Bucket, ...]:
    """From the first to the last bucket that holds a request of either side; none without any."""
    old, new = _shares(one.baseline, len(bounds)), _shares(one.candidate, len(bounds))
    nonempty = [index for index, both in enumerate(zip(old, new, strict=True)) if any(both)]
    if not nonempty:
        return ()
    edges = (0.0, *bounds, math.inf)
    return tuple(
        Bucket(edges[index], edges[index + 1], old[index], new[index])
        for index in range(nonempty[0], nonempty[-1] + 1)
    )


def draw(one: OperationResult, buckets: Sequence[Bucket]) -> Chart | None:
    """The chart, or None when no request was measured.

    An area is a share of requests: the height of a step is the bucket's share for its width on the axis, so
    that shapes compare even where buckets are of different widths. Heights alone mean nothing, and have no
    axis.
    """
    if not buckets:
        return None
    spans = _spans(buckets)
    share = log_share(spans[0][0], spans[-1][1])
    octaves = [math.log2(high / low) for low, high in spans]
    old = [bucket.baseline / width for bucket, width in zip(buckets, octaves, strict=True)]
    new = [bucket.candidate / width for bucket, width in zip(buckets, octaves, strict=True)]
    top = max(*old, *new)
    edges = [x_position(share(low)) for low, _ in spans] + [x_position(1)]
    return Chart(
        description=_description(one, buckets),
        x_ticks=tuple(
            Tick(x_position(share(value)), figures.seconds(value))
            for value in log_ticks(spans[0][0], spans[-1][1])
        ),
        y_ticks=(),
        paths=(
            *_areas("area baseline", buckets, edges, [value / top for value in old]),
            *_areas("line candidate", buckets, edges, [value / top for value in new]),
        ),
        marks=_marks(one, spans[0][0], spans[-1][1]),
        hovers=tuple(
            Hover(start, end, _bucket_text(bucket))
            for start, end, bucket in zip(edges, edges[1:], buckets, strict=False)
        ),
    )


def _bucket_text(bucket: Bucket) -> str:
    old, new = figures.percent(bucket.baseline), figures.percent(bucket.candidate)
    return f"{bucket.label}: baseline {old}, candidate {new}"


def _shares(side: Summary | None, bounds: int) -> list[float]:
    counts = side.histogram if side else (0,) * (bounds + 1)
    total = sum(counts)
    return [count / total if total else 0.0 for count in counts]


def _spans(buckets: Sequence[Bucket]) -> list[tuple[float, float]]:
    """From where to where each bucket is drawn: a logarithmic axis reaches neither 0 nor infinity."""
    bounds = [bucket.high for bucket in buckets if 0 < bucket.high < math.inf]
    lowest = min(bounds, default=buckets[-1].low * _OPEN_ENDED or _SMALLEST) / _OPEN_ENDED
    return [_drawn_span(bucket, lowest) for bucket in buckets]


def _drawn_span(bucket: Bucket, lowest: float) -> tuple[float, float]:
    if bucket.high <= 0:  # le="0": what took no time that could be measured
        return lowest / _OPEN_ENDED, lowest
    low = bucket.low if bucket.low > 0 else lowest
    return low, bucket.high if math.isfinite(bucket.high) else low * _OPEN_ENDED


def _areas(
    role: str, buckets: Sequence[Bucket], edges: Sequence[float], heights: Sequence[float]
) -> tuple[Path, ...]:
    """The steps; the last one apart if its bucket has no end, so that it can look like that."""
    if math.isfinite(buckets[-1].high):
        return (Path(role, _steps(edges, heights)),)
    open_ended = Path(f"{role} open", _steps(edges[-2:], heights[-1:]))
    return *((Path(role, _steps(edges[:-1], heights[:-1])),) if heights[:-1] else ()), open_ended


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
        Mark(role, x_position(share(value)), f"{role} {name}: {figures.seconds(value)}")
        for role, name, value in values
        if math.isfinite(value) and low <= value <= high
    )


def _description(one: OperationResult, buckets: Sequence[Bucket]) -> str:
    sides = (("Baseline", one.baseline), ("candidate", one.candidate))
    quantiles = [
        f"{name} p50 {figures.seconds(side.p50.value)}, p95 {figures.seconds(side.p95.value)}"
        for name, side in sides
        if side
    ]
    above = buckets[-1].low
    last = (
        ""
        if math.isfinite(buckets[-1].high)
        else f" The dashed bucket holds all above {figures.seconds(above)}."
    )
    return f"Share of requests by service time. {'; '.join(quantiles)}.{last}"
