"""Location and quantiles of many histograms at once.

Arrays have the shape ``(..., B + 1)`` for ``B`` finite bounds; the last bucket is everything above. Where a
histogram is empty the result is NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

TRIM_QUANTILE = 0.95
"""The share of the fastest executions that the trimmed mean keeps."""


def quantile(counts: Counts, bounds: Floats, q: float) -> Floats:
    """The ``q`` quantile of each histogram, in the unit of ``bounds``; shape ``counts.shape[:-1]``.

    Inside a bucket values are taken as spread evenly over the logarithm: durations are skewed. The first
    bucket starts at 0, so it is spread evenly over the value; the last has no end, so its start is given.
    """
    cumulative = counts.cumsum(axis=-1)
    total = cumulative[..., -1]
    rank = q * total
    index = (cumulative < rank[..., None]).sum(axis=-1)
    index = np.minimum(index, len(bounds))
    inside = np.take_along_axis(counts, index[..., None], axis=-1)[..., 0]
    before = np.take_along_axis(cumulative, index[..., None], axis=-1)[..., 0] - inside
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(inside > 0, (rank - before) / inside, 0.0)
    low, high = bucket_edges(index, bounds)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(low > 0, low * (high / low) ** share, high * share)
    return np.where(total > 0, value, np.nan)


def bucket_edges(index: NDArray[np.intp], bounds: Floats) -> tuple[Floats, Floats]:
    """Lower and upper bound of buckets; the one above all gets its lower bound twice."""
    lows = np.concatenate([[0.0], bounds])
    highs = np.concatenate([bounds, bounds[-1:]])
    return lows[index], highs[index]


def quantile_width(counts: Counts, bounds: Floats, q: float) -> Floats:
    """Relative width of the bucket that holds the ``q`` quantile: ``high / low - 1``, inf at the ends."""
    cumulative = counts.cumsum(axis=-1)
    index = np.minimum((cumulative < q * cumulative[..., -1:]).sum(axis=-1), len(bounds))
    low, high = bucket_edges(index, bounds)
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.where((low > 0) & (index < len(bounds)), high / low - 1.0, np.inf)
    return np.where(cumulative[..., -1] > 0, width, np.inf)


def mean(counts: Counts, sums: Floats) -> Floats:
    """Exact mean: time spent over executions."""
    total = counts.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, sums / total, np.nan)


def trimmed_mean(counts: Counts, sums: Floats, bounds: Floats, keep: float = TRIM_QUANTILE) -> Floats:
    """Mean of the fastest ``keep`` of each histogram.

    The exact sum less what the slowest executions took. Their share is small and each is known within its
    bucket, so the result is nearly exact although the values were never kept. What lies above the last
    bound has no middle: the sum tells what it took. A single one can be so slow that the error of its middle
    outweighs all the others; the buckets of those that are kept then bound the result.
    """
    total = counts.sum(axis=-1)
    from_above = counts[..., ::-1].cumsum(axis=-1)[..., ::-1]
    slowest = (1.0 - keep) * total
    # How many of each bucket belong to the slowest share: all, none, or what is left of the share.
    cut = np.clip(slowest[..., None] - (from_above - counts), 0, counts)
    middles = bucket_middles(bounds)
    known = (counts[..., :-1] * middles).sum(axis=-1)
    overflow = counts[..., -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        above = np.where(overflow > 0, np.maximum((sums - known) / overflow, bounds[-1]), bounds[-1])
        tail = (cut[..., :-1] * middles).sum(axis=-1) + cut[..., -1] * above
        kept = np.clip(sums - tail, *_sum_limits(counts - cut, bounds))
        return np.where(total > 0, kept / (keep * total), np.nan)


def _sum_limits(counts: Floats, bounds: Floats) -> tuple[Floats, Floats]:
    """The least and the most that executions in these buckets took together."""
    least = (counts[..., 1:] * bounds).sum(axis=-1)
    most = (counts[..., :-1] * bounds).sum(axis=-1)
    return least, np.where(counts[..., -1] > 0, np.inf, most)


def bucket_middles(bounds: Floats) -> Floats:
    """Middle of each finite bucket: geometric, and arithmetic for the first, which starts at 0."""
    middles = np.sqrt(np.concatenate([[0.0], bounds[:-1]]) * bounds)
    middles[0] = bounds[0] / 2
    return middles
