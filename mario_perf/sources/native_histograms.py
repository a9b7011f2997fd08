"""Native histograms of Prometheus, as the classic ones that everything else reads.

A native histogram is one series whose samples hold only the buckets with something in them, on a scale of
powers of two. Two samples may differ in their buckets, and in their resolution when there would be too many.
A bound is usable if no bucket of any sample lies across it; at such a bound the counts are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mario_perf.sources.series import Series, of_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


_FINEST: Final = 8
"""The finest of the exponential scales: their bounds are powers of ``2 ** 2**-scale``."""

_TOLERANCE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Samples:
    """A series with what it named and when: unix seconds or numbers of scrapes ``(S,)``, values ``(S,)``."""

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
            named = of_json(row["metric"])
            labels = {key: value for key, value in named.labels.items() if key != "__name__"}
            times = np.array([float(at) for at, _ in row["histograms"]])
            yield NativeSeries(Series(named.name, labels), times, _samples(row["histograms"]))


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
    """Bounds above 0 that no bucket lies across: of the coarsest exponential scale, or all bounds."""
    edges = np.unique(np.concatenate([np.zeros((0, 3)), *samples])[:, :2], axis=0)
    bounds = np.unique(edges)
    bounds = bounds[(bounds > 0) & np.isfinite(bounds)]
    powers = _powers(edges[edges[:, 1] > 0], bounds)
    bounds = bounds if powers is None else powers
    slack = bounds * _TOLERANCE
    across = ((edges[:, :1] < bounds - slack) & (bounds + slack < edges[:, 1:])).any(axis=0)
    return np.asarray(bounds[~across])


def _powers(edges: Floats, bounds: Floats) -> Floats | None:
    """The bounds of the widest bucket's scale, those of empty buckets as well; None for other buckets.

    The range is rounded out to powers of 4, so that two services have the same bounds although their fastest
    and slowest executions differ a little.
    """
    buckets = edges[edges[:, 0] >= 0]
    if not len(buckets) or not (np.isfinite(buckets).all() and buckets.all()):
        return None
    if (buckets[:, 0] >= buckets[:, 1]).any():  # garbage: a bucket has a width
        return None
    exponents, widths = np.log2(bounds), np.log2(buckets[:, 1] / buckets[:, 0])
    widest = np.log2(buckets[widths.argmax()])
    scale = -round(float(np.log2(widths.max())))
    if not _are_whole(exponents * 2.0**_FINEST) or not _are_whole(widest * 2.0**scale):
        return None
    block = max(2.0, 2.0**-scale)
    first, last = (edge * block for edge in (exponents.min() // block, -(-exponents.max() // block)))
    indexes = np.arange(round(first * 2.0**scale), round(last * 2.0**scale) + 1)
    return np.asarray(2.0 ** (indexes * 2.0**-scale))


def _are_whole(values: Floats) -> bool:
    return bool(np.allclose(values, np.rint(values), rtol=0.0, atol=_TOLERANCE))


def _up_to(bounds: Floats, buckets: Floats) -> Floats:
    """How many lie at or below each bound."""
    before = np.concatenate([[0.0], buckets[:, 2].cumsum()])
    return np.asarray(before[np.searchsorted(buckets[:, 1], bounds * (1 + _TOLERANCE), side="right")])
