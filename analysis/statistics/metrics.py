"""What is compared: one number for each replicate and operation, on a logarithmic scale.

Changes of durations multiply, so differences of logarithms are what averages, and what an interval is
symmetric on. Every function here maps ``Replicates`` to an array ``(R, O)``; NaN where a replicate has too
few executions to say anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.statistics import buckets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from analysis.model import Metric
    from analysis.statistics.replicates import Replicates

    Floats = NDArray[np.float64]

FEWEST = 5
"""Executions below which a replicate's number would be an accident."""

COARSE = 0.35
"""Relative width of a bucket from which on nothing inside it can be told apart for trimming."""


def latency(side: Replicates) -> Floats:
    """The centre that detects a shift best: the mean of the fastest 95 %.

    The slowest 5 % are the machine's more than the code's. Where buckets are too coarse to know what the
    slowest took, it is the mean, which is exact with any buckets.
    """
    trimmed = buckets.trimmed_mean(side.counts, side.sums, side.bounds)
    width = buckets.quantile_width(side.counts.sum(axis=0), side.bounds, buckets.TRIMMED)
    return _log(side, np.where(width <= COARSE, trimmed, buckets.mean(side.counts, side.sums)))


def mean(side: Replicates) -> Floats:
    """Exact mean."""
    return _log(side, buckets.mean(side.counts, side.sums))


def quantile(q: float) -> Callable[[Replicates], Floats]:
    """The ``q`` quantile of all replicates together, as one pseudo-value for each of them.

    A quantile far out is a poor number in a single replicate: few executions decide it. All together give a
    better one, and the jackknife tells how far each replicate moves it: ``R`` times the whole less ``R - 1``
    times the whole without it. Their mean is the estimate, and their spread its error, as if they were
    separate measurements. Source: J. W. Tukey, "Bias and confidence in not-quite large samples", Annals of
    Mathematical Statistics 29 (1958).
    """
    return lambda side: _log_pseudo_values(side, q)


def spread(side: Replicates) -> Floats:
    """How far the slow ones are from the usual: p95 over p50."""
    return quantile(0.95)(side) - quantile(0.50)(side)


def rate(side: Replicates) -> Floats:
    """Executions a second."""
    with np.errstate(divide="ignore"):
        logs = np.log(side.executions / side.durations[:, None])
    return np.where(side.executions >= FEWEST, logs, np.nan)


LOGARITHMIC: Mapping[Metric, Callable[[Replicates], Floats]] = {
    "latency": latency,
    "p95": quantile(0.95),
    "p50": quantile(0.50),
    "p99": quantile(0.99),
    "mean": mean,
    "spread": spread,
    "rate": rate,
}
"""All of them by the name under which a comparison carries them."""


def _log_pseudo_values(side: Replicates, q: float) -> Floats:
    replicates = len(side.counts)
    whole = side.counts.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        together = np.log(buckets.quantile(whole, side.bounds, q))
        without = np.log(buckets.quantile(whole - side.counts, side.bounds, q))
        pseudo = replicates * together - (replicates - 1) * without if replicates > 1 else together[None]
    return np.where((side.counts.sum(axis=-1) >= FEWEST) & np.isfinite(pseudo), pseudo, np.nan)


def _log(side: Replicates, values: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(values)
    return np.where((side.counts.sum(axis=-1) >= FEWEST) & np.isfinite(logs), logs, np.nan)
