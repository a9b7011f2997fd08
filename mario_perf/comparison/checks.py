"""One metric of every operation, checked: the numbers that verdicts and sentences are made from.

``N`` operations. Changes are relative for durations and rates, differences for shares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from mario_perf.statistics import buckets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mario_perf.comparison.replicates import Replicates
    from mario_perf.metric_catalogue import Metric
    from mario_perf.statistics.change import Changes
    from mario_perf.statistics.shares import Contrast

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

CONFIDENCE = 0.95
"""Of every interval that is shown."""

POWER = 0.8
"""The chance with which the smallest detectable change would have been flagged."""

OVERALL_LEVEL = 0.025
"""One-sided level at which the whole change has to be above the noise, too, where red is decided apart from
what all operations share: operations that stayed as they were while others became faster are not slower. So
the interval that is shown beside a red verdict (``CONFIDENCE``) lies above the noise."""


OVERALL_LEVEL_OF_KEPT_RUNS = 0.16
"""The same beside a reference: one standard error. How far all operations moved together is known by few
runs, and a red of one operation would need twice the change."""


RULED_OUT = 0.99
"""The chance with which the least resolution of one pair of processes is ruled out for an operation that did
not change, so that a gate of twelve passes nine times in ten."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a check is held against; arrays of shape ``(N,)``."""

    noise: Floats
    resolution: Floats
    limit: Floats  # what red has to exceed: the noise, or more while there are few rounds
    enough_executions: Flags  # whether there are executions enough to call something unchanged
    gating: Flags
    miss_rate: float  # the chance with which a rise as large as the resolution may be called absent
    overall_level: float = OVERALL_LEVEL


@dataclass(frozen=True, slots=True)
class Check:
    """One metric of all operations; every array has the shape ``(N,)``."""

    metric: Metric
    rules: Rules
    baseline: Floats  # what is compared, in its own unit
    candidate: Floats
    change: Floats
    low: Floats
    high: Floats
    worse: Floats  # one-sided p-value of "the change is at most the limit"
    better: Floats  # one-sided p-value of "the change is at least minus the noise threshold"
    steady: Flags  # whether a rise is that of most replicates, and of the whole as well
    rise_excluded: Flags  # whether a change for the worse as large as the resolution is ruled out
    above_noise: Flags  # whether the interval lies above the noise as a whole
    specific: tuple[Floats, Floats, Floats] | None = None  # change, low, high apart from other operations
    slow_from: Floats | None = None  # of the share of slow executions: seconds from which one is slow

    @property
    def gating(self) -> Flags:
        """Whether its verdict counts."""
        return self.rules.gating

    @property
    def unchanged(self) -> Flags:
        """What came to nothing that matters. An interval above the noise says that something changed."""
        return self.rise_excluded & self.rules.enough_executions & ~self.above_noise


def check_durations(metric: Metric, values: tuple[Floats, Floats], changes: Changes, rules: Rules) -> Check:
    """From changes on the logarithmic scale; ``values`` are both sides' typical logarithms."""
    low, high = changes.overall.interval(CONFIDENCE)
    limit, noise, resolution = (np.log1p(each) for each in (rules.limit, rules.noise, rules.resolution))
    absent = changes.overall.below(resolution) <= rules.miss_rate
    return Check(
        metric=metric,
        rules=rules,
        baseline=np.exp(values[0]),
        candidate=np.exp(values[1]),
        change=np.expm1(changes.overall.value),
        low=_relative(low),
        high=_relative(high),
        worse=changes.specific.above(limit),
        better=np.where(changes.overall.below(-noise) <= OVERALL_LEVEL, changes.specific.below(-noise), 1.0),
        steady=(changes.agreed > limit) & (changes.overall.above(noise) <= rules.overall_level),
        rise_excluded=absent & (changes.mean.value < resolution),
        above_noise=low > noise,
        specific=_specific_interval(changes),
    )


def _specific_interval(changes: Changes) -> tuple[Floats, Floats, Floats] | None:
    if changes.specific is changes.overall:
        return None
    low, high = changes.specific.interval(CONFIDENCE)
    return np.expm1(changes.specific.value), _relative(low), _relative(high)


def _relative(logs: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.where(np.isneginf(logs), -np.inf, np.expm1(logs))


def to_rates(check: Check) -> Check:
    """A check of the intervals between executions, shown as executions a second."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return replace(
            check,
            specific=None,
            baseline=1 / check.baseline,
            candidate=1 / check.candidate,
            change=1 / (1 + check.change) - 1,
            low=np.where(np.isfinite(check.high), 1 / (1 + check.high) - 1, -np.inf),
            high=np.where(np.isfinite(check.low), 1 / (1 + check.low) - 1, np.inf),
        )


def check_shares(metric: Metric, contrast: Contrast, rules: Rules, slow_from: Floats | None = None) -> Check:
    """From shares of executions, such as failures; ``slow_from`` as in ``Check``."""
    low, high = contrast.interval(CONFIDENCE)
    return Check(
        metric=metric,
        rules=rules,
        baseline=contrast.baseline.share,
        candidate=contrast.candidate.share,
        change=contrast.change,
        low=low,
        high=high,
        worse=contrast.above(rules.limit),
        better=contrast.below(rules.noise),
        steady=contrast.without_worst_replicate() > rules.limit,
        rise_excluded=contrast.interval(1.0 - 2.0 * rules.miss_rate)[1] < rules.resolution,
        above_noise=low > rules.noise,
        slow_from=slow_from,
    )


def detectable(check: Check, changes: Changes, alpha: float) -> Floats:
    """The smallest relative change that would have been flagged with a chance of 80 % at level ``alpha``."""
    limit, noise = np.log1p(check.rules.limit), np.log1p(check.rules.noise)
    with np.errstate(invalid="ignore", over="ignore"):
        specific = limit + changes.specific.half_width(1.0 - alpha) + changes.specific.half_width(POWER)
        wide, narrow = (changes.overall.half_width(p) for p in (1.0 - check.rules.overall_level, POWER))
        overall = noise + wide + narrow
        return np.expm1(np.maximum(specific, overall))


def least_resolution(processes: Floats, miss_rate: float) -> Floats:
    """The smallest relative rise that one pair of processes can rule out, however long it is measured.

    ``processes`` is the standard deviation by which two processes of one build differ, in logarithms, and
    ``miss_rate`` the chance with which the rise may be called absent.
    """
    return np.expm1(_deviations(miss_rate) * processes)


def least_share(sides: Contrast, miss_rate: float) -> Floats:
    """The same of a share: the smallest difference that one pair of processes can rule out."""
    return _deviations(miss_rate) * sides.between_pair


def _deviations(miss_rate: float) -> float:
    """Standard deviations between no change and what is ruled out."""
    return float(special.ndtri(RULED_OUT) - special.ndtri(miss_rate))


def resolves_tail(baseline: Replicates, candidate: Replicates, resolution: Floats) -> Flags:
    """Whether the buckets around p95 are narrow enough, on both sides, to show a change of ``resolution``."""
    return bucket_resolution(baseline, candidate) <= resolution


def bucket_resolution(baseline: Replicates, candidate: Replicates) -> Floats:
    """Relative width of the bucket that p95 lies in, the wider of both sides."""
    widths = [
        buckets.quantile_width(side.counts.sum(axis=0), side.bounds, 0.95) for side in (baseline, candidate)
    ]
    return np.maximum(widths[0], widths[1])
