"""What is compared: one number for each replicate and operation, on a logarithmic scale.

Changes of durations multiply, so differences of logarithms are what averages, and what an interval is
symmetric on. Every metric maps both sides' ``Replicates`` to an array ``(R, O)`` each; NaN where a replicate
has no executions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mario_perf.statistics import buckets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from mario_perf.comparison.replicates import Replicates
    from mario_perf.model import Metric

    Floats = NDArray[np.float64]
    Both = tuple[Floats, Floats]
    """Of baseline and candidate."""

COARSE = 0.35
"""Relative width of a bucket from which on nothing inside it can be told apart for trimming."""


def latency(baseline: Replicates, candidate: Replicates) -> Both:
    """The centre that detects a shift best: the mean of the fastest 95 %.

    The slowest 5 % are the machine's more than the code's. Where buckets are too coarse, on either side, to
    know what the slowest took, it is the mean on both, which is exact with any buckets.
    """
    fine = np.logical_and(*(_fine(side) for side in (baseline, candidate)))
    first, second = (_log(np.where(fine, _trimmed(side), _mean(side))) for side in (baseline, candidate))
    return first, second


def mean(side: Replicates) -> Floats:
    """Exact mean."""
    return _log(_mean(side))


def quantile(q: float) -> Callable[[Replicates], Floats]:
    """The ``q`` quantile of each replicate."""
    return lambda side: _log(buckets.quantile(side.counts, side.bounds, q))


def spread(side: Replicates) -> Floats:
    """How far the slow ones are from the usual: p95 over p50."""
    return quantile(0.95)(side) - quantile(0.50)(side)


def interval(side: Replicates) -> Floats:
    """Seconds from one execution to the next: a rate, turned so that more is worse."""
    with np.errstate(divide="ignore"):
        logs = np.log(side.durations[:, None] / side.executions)
    return np.where(side.executions > 0, logs, np.nan)


def _each(read: Callable[[Replicates], Floats]) -> Callable[[Replicates, Replicates], Both]:
    return lambda baseline, candidate: (read(baseline), read(candidate))


LOGARITHMIC: Mapping[Metric, Callable[[Replicates, Replicates], Both]] = {
    "latency": latency,
    "p95": _each(quantile(0.95)),
    "p50": _each(quantile(0.50)),
    "p99": _each(quantile(0.99)),
    "mean": _each(mean),
    "spread": _each(spread),
    "rate": _each(interval),
}
"""All of them by the name under which a comparison carries them."""


def _fine(side: Replicates) -> NDArray[np.bool_]:
    width = buckets.quantile_width(side.counts.sum(axis=0), side.bounds, buckets.TRIMMED)
    return np.asarray(width <= COARSE)


def _trimmed(side: Replicates) -> Floats:
    return buckets.trimmed_mean(side.counts, side.sums, side.bounds)


def _mean(side: Replicates) -> Floats:
    return buckets.mean(side.counts, side.sums)


def _log(values: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(values)
    return np.where(np.isfinite(logs), logs, np.nan)
