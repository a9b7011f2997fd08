"""Native histograms of Prometheus, as the classic ones that everything else reads.

A native histogram is one series whose samples hold only the buckets with something in them, on a scale of
powers of two. Two samples may differ in their buckets, and in their resolution when there would be too many.
A bound is usable if no bucket of any sample lies across it; at such a bound the counts are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mario_perf.sources.series import Series

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Samples:
    """A series with what it said and when: unix seconds or numbers of scrapes ``(S,)``, values ``(S,)``."""

    series: Series
    times: NDArray[Any]
    values: Floats


@dataclass(frozen=True, slots=True)
class NativeHistogram:
    """At one moment. ``buckets`` ``(B, 3)`` are lower bound, upper bound and count, ascending."""

    count: float
    sum: float
    buckets: Floats


@dataclass(frozen=True, slots=True)
class NativeSeries:
    """A series of native histograms. ``times`` ``(S,)`` are unix seconds, or numbers of scrapes."""

    series: Series
    times: NDArray[Any]
    samples: Sequence[NativeHistogram]


def of_matrix(rows: Sequence[Mapping[str, Any]]) -> Iterator[NativeSeries]:
    """The rows of a query's matrix that hold native histograms."""
    for row in rows:
        if "histograms" in row:
            labels = {key: value for key, value in row["metric"].items() if key != "__name__"}
            times = np.array([float(at) for at, _ in row["histograms"]])
            yield NativeSeries(Series(row["metric"]["__name__"], labels), times, _samples(row["histograms"]))


def to_classic(series: Iterable[NativeSeries]) -> Iterator[Samples]:
    """Buckets and sums of native histograms, as classic ones have them: all with the same bounds."""
    native = list(series)
    bounds = _usable([sample.buckets for one in native for sample in one.samples])
    for one in native:
        name, labels = one.series.name, one.series.labels
        cumulative = np.array([_up_to(bounds, sample.buckets) for sample in one.samples])
        for bound, counts in zip(bounds, cumulative.T, strict=True):
            yield Samples(Series(f"{name}_bucket", {**labels, "le": repr(float(bound))}), one.times, counts)
        totals = np.array([sample.count for sample in one.samples])
        yield Samples(Series(f"{name}_bucket", {**labels, "le": "+Inf"}), one.times, totals)
        sums = np.array([sample.sum for sample in one.samples])
        yield Samples(Series(f"{name}_sum", labels), one.times, sums)


def _samples(histograms: Sequence[tuple[Any, Mapping[str, Any]]]) -> list[NativeHistogram]:
    return [
        NativeHistogram(float(each["count"]), float(each["sum"]), _buckets(each)) for _, each in histograms
    ]


def _buckets(sample: Mapping[str, Any]) -> Floats:
    """Lower bound, upper bound and count of each bucket, ascending; shape ``(B, 3)``."""
    edges = [[float(low), float(high), float(count)] for _, low, high, count in sample.get("buckets") or ()]
    return np.array(edges).reshape(-1, 3)


def _usable(samples: Sequence[Floats]) -> Floats:
    """Edges of buckets above 0 that no bucket lies across; lower ones as well, for there may be gaps."""
    every = np.concatenate([np.zeros((0, 3)), *samples])
    bounds = np.unique(every[:, :2])
    bounds = bounds[(bounds > 0) & np.isfinite(bounds)]
    edges = np.unique(every[:, :2], axis=0)
    across = ((edges[:, :1] < bounds) & (bounds < edges[:, 1:])).any(axis=0)
    return np.asarray(bounds[~across])


def _up_to(bounds: Floats, buckets: Floats) -> Floats:
    """How many lie at or below each bound."""
    before = np.concatenate([[0.0], buckets[:, 2].cumsum()])
    return np.asarray(before[np.searchsorted(buckets[:, 1], bounds, side="right")])
