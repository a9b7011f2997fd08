"""One metric of every operation, checked: the numbers that verdicts and sentences are made from.

``N`` operations. Changes are relative for durations and rates, differences for the error ratio.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.statistics import binomial, buckets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.model import Metric
    from analysis.statistics.change import Change
    from analysis.statistics.replicates import Replicates

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

CONFIDENCE = 0.95
"""Of every interval that is shown."""

POWER = 0.8
"""The chance with which the smallest detectable change would have been flagged."""


@dataclass(frozen=True, slots=True)
class Check:
    """One metric of all operations; every array has the shape ``(N,)``."""

    metric: Metric
    baseline: Floats  # what is compared, in its own unit
    candidate: Floats
    change: Floats
    low: Floats
    high: Floats
    worse: Floats  # one-sided p-value of "the change is at most the noise threshold"
    better: Floats  # one-sided p-value of "the change is at least minus the noise threshold"
    steady: Flags  # whether the change outlives the loss of the replicate that speaks most for it
    noise: Floats
    resolution: Floats
    gating: Flags

    @property
    def excluded(self) -> Flags:
        """Whether a change for the worse as large as the resolution is ruled out."""
        return self.high < self.resolution


def of_durations(
    metric: Metric,
    values: tuple[Floats, Floats],
    change: Change,
    noise: Floats,
    resolution: Floats,
    gating: Flags,
) -> Check:
    """From a change on the logarithmic scale; ``values`` are both sides' typical logarithms."""
    low, high = change.interval(CONFIDENCE)
    limit = np.log1p(noise)
    return Check(
        metric=metric,
        baseline=np.exp(values[0]),
        candidate=np.exp(values[1]),
        change=np.expm1(change.value),
        low=np.where(np.isfinite(low), np.expm1(low), -np.inf),
        high=np.expm1(high),
        worse=change.above(limit),
        better=change.below(-limit),
        steady=change.steadiest > limit,
        noise=noise,
        resolution=resolution,
        gating=gating,
    )


def of_errors(baseline: Replicates, candidate: Replicates, noise: Floats, resolution: Floats) -> Check:
    """Failures of all replicates together, exactly."""
    sides = [(side.failed.sum(axis=0), side.executions.sum(axis=0)) for side in (baseline, candidate)]
    low, high = binomial.difference_interval(sides[0], sides[1], CONFIDENCE)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = [failed / total for failed, total in sides]
    change = ratios[1] - ratios[0]
    known = np.isfinite(change)
    return Check(
        metric="error_ratio",
        baseline=ratios[0],
        candidate=ratios[1],
        change=change,
        low=low,
        high=high,
        worse=np.where(known & (change > noise), binomial.more_failures(sides[0], sides[1]), 1.0),
        better=np.where(known & (change < -noise), binomial.more_failures(sides[1], sides[0]), 1.0),
        steady=_spread_out(candidate),
        noise=noise,
        resolution=resolution,
        gating=np.ones(len(change), dtype=bool),
    )


def detectable(check: Check, change: Change, alpha: float) -> Floats:
    """The smallest relative change that would have been flagged with a chance of 80 % at level ``alpha``."""
    with np.errstate(invalid="ignore", over="ignore"):
        reach = change.reach(1.0 - alpha) + change.reach(POWER)
        return np.expm1(np.log1p(check.noise) + reach)


def detectable_errors(check: Check, baseline: Replicates, candidate: Replicates, alpha: float) -> Floats:
    """The same for failures: how many more the candidate would have needed, as a ratio.

    The smallest number of failures that Fisher's test flags when the baseline fails as it did, found among
    all possible ones by bisection; exact but for the power, which adds one standard deviation.
    """
    failed, total = baseline.failed.sum(axis=0), baseline.executions.sum(axis=0)
    ours = candidate.executions.sum(axis=0)
    low, high = np.zeros_like(ours), ours.copy()
    for _ in range(int(np.log2(max(ours.max(initial=1), 1))) + 2):
        middle = (low + high) // 2
        flagged = binomial.more_failures((failed, total), (middle, ours)) <= alpha
        low, high = np.where(flagged, low, np.minimum(middle + 1, high)), np.where(flagged, middle, high)
    with np.errstate(invalid="ignore", divide="ignore"):
        needed = (high + np.sqrt(high)) / ours - failed / total
    return np.where((ours > 0) & (total > 0), np.maximum(needed, check.noise), np.inf)


def tail_resolved(baseline: Replicates, candidate: Replicates, resolution: Floats) -> Flags:
    """Whether the buckets around p95 are narrow enough, on both sides, to show a change of ``resolution``."""
    return bucket_resolution(baseline, candidate) <= resolution


def bucket_resolution(baseline: Replicates, candidate: Replicates) -> Floats:
    """Relative width of the bucket that p95 lies in, the wider of both sides."""
    widths = [
        buckets.quantile_width(side.counts.sum(axis=0), side.bounds, 0.95) for side in (baseline, candidate)
    ]
    return np.maximum(widths[0], widths[1])


def _spread_out(candidate: Replicates) -> Flags:
    """Whether failures came in more than one replicate: one bad moment is no regression."""
    return np.asarray((candidate.failed > 0).sum(axis=0) >= min(2, len(candidate.failed)), dtype=bool)
