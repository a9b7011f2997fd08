"""What is compared, as the catalogue names it: how each metric is read from both sides.

Of shares, counts for each replicate and operation. Of everything else one number, on a logarithmic scale.

Changes of durations multiply, so differences of logarithms are what averages, and what an interval is
symmetric on. Every metric maps both sides' ``Replicates`` to an array ``(R, O)`` each; NaN where a replicate
has no executions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.comparison.slow_executions import count_slow
from mario_perf.statistics import buckets
from mario_perf.statistics.shares import HitCounts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from mario_perf.comparison.both_sides import Sides
    from mario_perf.comparison.replicates import Replicates
    from mario_perf.metric_catalogue import Metric

    Floats = NDArray[np.float64]
    Both = tuple[Floats, Floats]
    """Of baseline and candidate."""

COARSE_WIDTH = 0.35
"""Relative width of a bucket that is too wide for trimming inside it."""


def latency(baseline: Replicates, candidate: Replicates) -> Both:
    """The centre that detects a shift best: the mean of the fastest 95 %.

    The slowest 5 % are the machine's more than the code's. Where buckets are too coarse, on either side, to
    know what the slowest took, it is the mean on both, which is exact with any buckets.
    """
    fine = np.logical_and(*(_is_fine(side) for side in (baseline, candidate)))
    first, second = (_log(np.where(fine, _trimmed_mean(side), _mean(side))) for side in (baseline, candidate))
    return first, second


def mean(side: Replicates) -> Floats:
    return _log(_mean(side))


def quantile(q: float) -> Callable[[Replicates], Floats]:
    return lambda side: _log(buckets.quantile(side.counts, side.bounds, q))


def quantile_error(sides: Sides, q: float) -> Floats:
    """Standard error of a quantile's change that comes from the width of its buckets, ``(O,)``.

    Where in its bucket a quantile lies is not known, which is the variance of a uniform distribution (JCGM
    100:2008, 4.3.7). Rounds that fall into the same buckets by chance look alike, and are not.
    """
    variances = []
    for side in (sides.baseline, sides.candidate):
        rounds = np.maximum((side.counts.sum(axis=-1) > 0).sum(axis=0), 1)
        width = np.log1p(buckets.quantile_width(side.counts.sum(axis=0), side.bounds, q))
        variances.append(width**2 / 12 / rounds)
    return np.asarray(np.sqrt(sum(variances)))


def spread(side: Replicates) -> Floats:
    """How far the slow ones are from the usual: p95 over p50."""
    return quantile(0.95)(side) - quantile(0.50)(side)


def interval(side: Replicates) -> Floats:
    """Seconds from one execution to the next: a rate, turned so that more is worse."""
    with np.errstate(divide="ignore"):
        logs = np.log(side.durations[:, None] / side.executions)
    return np.where(side.executions > 0, logs, np.nan)


@dataclass(frozen=True, slots=True)
class ShareCounts:
    """Executions of each side, and those that count: the slow ones are above ``slow_from``."""

    baseline: HitCounts
    candidate: HitCounts
    slow_from: Floats | None = None


def failed_executions(sides: Sides) -> ShareCounts:
    """Failed executions; where the service does not tell them apart, the requests that failed."""
    if not sides.service_reports_failures:
        return ShareCounts(sides.client[0].failures, sides.client[1].failures)
    return ShareCounts(
        HitCounts(sides.baseline.failed, sides.baseline.executions),
        HitCounts(sides.candidate.failed, sides.candidate.executions),
    )


def failed_requests(sides: Sides) -> ShareCounts | None:
    """What failed at the client; None where these are the failures themselves."""
    if not sides.service_reports_failures:
        return None
    return ShareCounts(sides.client[0].failures, sides.client[1].failures)


def executions_above_bound(sides: Sides) -> ShareCounts:
    found = count_slow(sides.baseline, sides.candidate)
    return ShareCounts(found.baseline, found.candidate, found.bounds)


def _both_sides(read: Callable[[Replicates], Floats]) -> Callable[[Sides], Both]:
    return lambda sides: (read(sides.baseline), read(sides.candidate))


def response_tails(sides: Sides) -> Both | None:
    """The slowest that the client saw of many at once; None where nothing waits for others."""
    known = sides.under_load and any(side.has_times.any() for side in sides.client)
    return (sides.client[0].tails, sides.client[1].tails) if known else None


def response_times(sides: Sides) -> Both | None:
    """What the client saw; None where nothing is known beside the times that are compared anyway."""
    known = any(side.has_times.any() for side in sides.client)
    return (sides.client[0].times, sides.client[1].times) if known else None


QUANTILES: Mapping[Metric, float] = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
"""Metrics that are read from buckets alone."""

LOGARITHMIC: Mapping[Metric, Callable[[Sides], Both | None]] = {
    "latency": lambda sides: latency(sides.baseline, sides.candidate),
    "response_time": response_times,
    "response_p95": response_tails,
    "mean": _both_sides(mean),
    "spread": _both_sides(spread),
    "rate": _both_sides(interval),
    **{name: _both_sides(quantile(q)) for name, q in QUANTILES.items()},
}
"""How each metric of the catalogue is read that changes by a factor."""

SHARES: Mapping[Metric, Callable[[Sides], ShareCounts | None]] = {
    "error_ratio": failed_executions,
    "slow_share": executions_above_bound,
    "response_errors": failed_requests,
}
"""How each share is read."""


def _is_fine(side: Replicates) -> NDArray[np.bool_]:
    width = buckets.quantile_width(side.counts.sum(axis=0), side.bounds, buckets.TRIM_QUANTILE)
    return np.asarray(width <= COARSE_WIDTH)


def _trimmed_mean(side: Replicates) -> Floats:
    return buckets.trimmed_mean(side.counts, side.sums, side.bounds)


def _mean(side: Replicates) -> Floats:
    return buckets.mean(side.counts, side.sums)


def _log(values: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(values)
    return np.where(np.isfinite(logs), logs, np.nan)
