"""One metric of every operation, checked: the numbers that verdicts and sentences are made from.

``N`` operations. Changes are relative for durations and rates, differences for shares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.statistics import buckets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mario_perf.comparison.replicates import Replicates
    from mario_perf.model import Metric
    from mario_perf.statistics.change import Change, Changes
    from mario_perf.statistics.shares import Contrast

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
    excluded: Flags  # whether a change for the worse as large as the resolution is ruled out
    noise: Floats
    resolution: Floats
    gating: Flags
    beyond: Floats | None = None  # of the share of slow executions: seconds from which one is slow


def of_durations(
    metric: Metric,
    values: tuple[Floats, Floats],
    changes: Changes,
    noise: Floats,
    resolution: Floats,
    gating: Flags,
) -> Check:
    """From changes on the logarithmic scale; ``values`` are both sides' typical logarithms."""
    low, high = changes.whole.interval(CONFIDENCE)
    limit = np.log1p(noise)
    return Check(
        metric=metric,
        baseline=np.exp(values[0]),
        candidate=np.exp(values[1]),
        change=np.expm1(changes.whole.value),
        low=np.where(np.isfinite(low), np.expm1(low), -np.inf),
        high=np.expm1(high),
        worse=changes.apart.above(limit),
        better=np.where(changes.whole.value < -limit, changes.apart.below(-limit), 1.0),
        steady=changes.steadiest > limit,
        excluded=np.expm1(high) < resolution,
        noise=noise,
        resolution=resolution,
        gating=gating,
    )


def as_rates(check: Check) -> Check:
    """A check of the intervals between executions, told as executions a second."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return replace(
            check,
            baseline=1 / check.baseline,
            candidate=1 / check.candidate,
            change=1 / (1 + check.change) - 1,
            low=np.where(np.isfinite(check.high), 1 / (1 + check.high) - 1, -np.inf),
            high=np.where(np.isfinite(check.low), 1 / (1 + check.low) - 1, np.inf),
        )


def of_shares(
    metric: Metric,
    both: Contrast,
    noise: Floats,
    resolution: Floats,
    gating: Flags,
    beyond: Floats | None = None,
) -> Check:
    """From shares of executions, such as failures; ``beyond`` as in ``Check``."""
    low, high = both.interval(CONFIDENCE)
    return Check(
        metric=metric,
        baseline=both.baseline.share,
        candidate=both.candidate.share,
        change=both.change,
        low=low,
        high=high,
        worse=both.above(noise),
        better=both.below(noise),
        steady=both.steadiest() > noise,
        excluded=high < resolution,
        noise=noise,
        resolution=resolution,
        gating=gating,
        beyond=beyond,
    )


def detectable(check: Check, change: Change, alpha: float) -> Floats:
    """The smallest relative change that would have been flagged with a chance of 80 % at level ``alpha``."""
    with np.errstate(invalid="ignore", over="ignore"):
        reach = change.reach(1.0 - alpha) + change.reach(POWER)
        return np.expm1(np.log1p(check.noise) + reach)


def tail_resolved(baseline: Replicates, candidate: Replicates, resolution: Floats) -> Flags:
    """Whether the buckets around p95 are narrow enough, on both sides, to show a change of ``resolution``."""
    return bucket_resolution(baseline, candidate) <= resolution


def bucket_resolution(baseline: Replicates, candidate: Replicates) -> Floats:
    """Relative width of the bucket that p95 lies in, the wider of both sides."""
    widths = [
        buckets.quantile_width(side.counts.sum(axis=0), side.bounds, 0.95) for side in (baseline, candidate)
    ]
    return np.maximum(widths[0], widths[1])
