"""Every metric of both sides, with what is known of its change: all that verdicts are made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.comparison import checks as make
from mario_perf.comparison import metric_values
from mario_perf.comparison.checks import Rules
from mario_perf.metric_catalogue import METRICS, Gates, Kind
from mario_perf.statistics.adjustment import adjusted
from mario_perf.statistics.multiplicity import MISS_RATE
from mario_perf.statistics.shares import contrast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from mario_perf.comparison.both_sides import Sides
    from mario_perf.comparison.checks import Check
    from mario_perf.comparison.metric_values import Both, ShareCounts
    from mario_perf.configuration.policy import Policy, Thresholds
    from mario_perf.metric_catalogue import Metric
    from mario_perf.statistics.change import Changes
    from mario_perf.statistics.shares import Contrast

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Comparing = Callable[[Floats, Floats, Floats], Changes]


@dataclass(frozen=True, slots=True)
class MetricChanges:
    """Every metric of every operation, before anything is decided."""

    changes: Mapping[Metric, Changes]
    shares: Mapping[Metric, Contrast]
    checks: Sequence[Check]

    def check(self, metric: Metric) -> Check:
        return next(check for check in self.checks if check.metric == metric)


GROSS = 0.25
"""What red has to exceed while rounds are few: a quarter more time, or one more in four executions."""


RESOLUTION_OF_KEPT_RUNS = 0.15
"""Relative rise that a pass rules out beside a reference, unless the policy's resolution is coarser."""

RESOLUTION_ACROSS_MACHINES = 0.5
"""The same, at most, where the machines are of two kinds: a pass that rules out less would say nothing."""


def compare_metrics(
    sides: Sides,
    estimate_change: Comparing,
    policy: Policy,
    miss_rate: float = MISS_RATE,
    metrics: Sequence[Metric] | None = None,
) -> MetricChanges:
    """Compare metrics of every operation; the other arguments are those of ``judge``."""
    metrics = metrics or tuple(METRICS)
    limits = [policy.of(operation.name) for operation in sides.operations]
    rules = {name: _rules(name, sides, limits, miss_rate) for name in metrics}
    logs = {
        name: both
        for name, read in metric_values.LOGARITHMIC.items()
        if name in metrics and (both := read(sides)) is not None
    }
    changes = {name: _changes(name, sides, both, estimate_change, limits) for name, both in logs.items()}
    durations = {name: _duration_check(name, logs[name], each, rules[name]) for name, each in changes.items()}
    counts = {
        name: portions
        for name, read in metric_values.SHARES.items()
        if name in metrics and (portions := read(sides)) is not None
    }
    shares = {name: _contrast(sides, portions) for name, portions in counts.items()}
    share_checks = {
        name: _share_check(name, each, rules[name], counts[name].slow_from, one_pair=sides.same_processes)
        for name, each in shares.items()
    }
    checks = {**durations, **share_checks}
    return MetricChanges(changes, shares, [checks[name] for name in metrics if name in checks])


def _contrast(sides: Sides, portions: ShareCounts) -> Contrast:
    result = contrast(portions.baseline, portions.candidate, paired=sides.concurrent)
    return result.between_processes() if sides.same_processes else result


def _share_check(
    name: Metric, sides: Contrast, rules: Rules, slow_from: Floats | None, *, one_pair: bool
) -> Check:
    if one_pair:
        least = make.least_share(sides, rules.miss_rate)
        rules = replace(rules, resolution=np.maximum(rules.resolution, least))
    check = make.check_shares(name, sides, rules, slow_from)
    return _pool_without_failures(check, sides) if slow_from is None else check


def _pool_without_failures(check: Check, sides: Contrast) -> Check:
    """What never failed on either side is judged over all such operations together.

    None of 200 cannot exclude one more in a hundred; none of 2,400 can.
    """
    no_failures = (sides.baseline.pooled[0] + sides.candidate.pooled[0]) == 0
    pooled = sides.pool(no_failures)
    absent = pooled.interval(1.0 - 2.0 * check.rules.miss_rate)[1] < check.rules.resolution
    return replace(check, rise_excluded=check.rise_excluded | (no_failures & absent))


def _changes(
    name: Metric, sides: Sides, logs: Both, estimate_change: Comparing, limits: Sequence[Thresholds]
) -> Changes:
    noise = _counting_noise(*_counts(name, sides))
    if sides.reference is not None and METRICS[name].kind is Kind.DURATION:
        return adjusted(*logs, noise, sides.reference)
    changes = estimate_change(*logs, noise)
    if name in metric_values.QUANTILES:
        changes = changes.with_least_error(metric_values.quantile_error(sides, metric_values.QUANTILES[name]))
    if name == "mean":
        changes = changes.by_mean
    if not sides.same_processes:
        return changes
    return changes.between_processes(_array(limits, f"{METRICS[name].family.processes}_processes"))


def _rules(name: Metric, sides: Sides, limits: Sequence[Thresholds], miss_rate: float) -> Rules:
    family = METRICS[name].family
    noise, resolution = _array(limits, family.noise), _array(limits, family.resolution)
    executions = np.minimum(*(each.sum(axis=0) for each in _counts(name, sides)))
    return Rules(
        noise=noise,
        resolution=_known(name, sides, limits, miss_rate),
        limit=np.maximum(noise, GROSS) if sides.few_rounds else noise,
        enough_executions=executions >= _array(limits, "min_samples"),
        gating=_gating(name, sides, resolution),
        miss_rate=miss_rate,
        overall_level=make.OVERALL_LEVEL if sides.reference is None else make.OVERALL_LEVEL_OF_KEPT_RUNS,
    )


def _known(name: Metric, sides: Sides, limits: Sequence[Thresholds], miss_rate: float) -> Floats:
    """The resolution that the policy asks for, or the one that a single pair of processes allows."""
    family = METRICS[name].family
    resolution = _array(limits, family.resolution)
    if sides.reference is not None and METRICS[name].kind is Kind.DURATION:
        least = make.least_resolution(np.array(sides.reference.apart), miss_rate)
        known = np.clip(least, RESOLUTION_OF_KEPT_RUNS, RESOLUTION_ACROSS_MACHINES)
        return np.maximum(resolution, known)
    if not sides.same_processes or family.processes is None:
        return resolution
    return np.maximum(
        resolution, make.least_resolution(_array(limits, f"{family.processes}_processes"), miss_rate)
    )


def _gating(name: Metric, sides: Sides, resolution: Floats) -> Flags:
    """Response times gate where both sides ran together in several rounds: one round has no spread."""
    entry = METRICS[name]
    if sides.under_load:
        return _gating_under_load(name, sides, resolution)
    if entry.gates is Gates.RESOLVED and sides.reference is not None and sides.reference.apart:
        return np.full(len(resolution), fill_value=False)  # how machines differ is known of typical times
    if entry.gates is Gates.RESOLVED:
        return make.resolves_tail(sides.baseline, sides.candidate, resolution)
    may_gate = entry.gates is Gates.ALWAYS or (entry.gates is Gates.TOGETHER and sides.concurrent)
    if not entry.client:
        return np.full(len(resolution), may_gate)
    several_runs = min(len(side.sent) for side in sides.client) > 1
    has_times = np.logical_and(*(side.has_times for side in sides.client))
    return np.asarray(has_times & (may_gate and (several_runs or entry.gates is Gates.ALWAYS)))


def _gating_under_load(name: Metric, sides: Sides, resolution: Floats) -> Flags:
    """How long users wait, and what fails. What they wait for is shown: it is as noisy, and a part of it."""
    entry = METRICS[name]
    has_times = np.logical_and(*(side.has_times for side in sides.client))
    if entry.under_load is None or entry.share:
        return np.full(len(has_times), entry.under_load is not None)
    if entry.gates is Gates.RESOLVED:
        return make.resolves_tail(sides.baseline, sides.candidate, resolution)
    return np.asarray(has_times if entry.client else ~has_times)


def _counts(name: Metric, sides: Sides) -> tuple[Counts, Counts]:
    """What a metric was read from: requests that were sent, or executions that succeeded."""
    if METRICS[name].client:
        return sides.client[0].sent, sides.client[1].sent
    return sides.baseline.counts.sum(axis=-1), sides.candidate.counts.sum(axis=-1)


def _counting_noise(*counts: Counts) -> Floats:
    """What the variance of a difference is proportional to when only counting matters; shape (O,).

    The mean of ``1 / n`` over the replicates, both sides added up.
    """
    return np.asarray(sum((1.0 / np.maximum(each, 1)).mean(axis=0) for each in counts))


def _duration_check(name: Metric, logs: Both, changes: Changes, rules: Rules) -> Check:
    check = make.check_durations(name, (_typical(logs[0]), _typical(logs[1])), changes, rules)
    return make.to_rates(check) if METRICS[name].kind is Kind.RATE else check


def _typical(logs: Floats) -> Floats:
    n = np.isfinite(logs).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n > 0, np.nansum(logs, axis=0) / n, np.nan)


def _array(limits: Sequence[Thresholds], name: str) -> Floats:
    return np.array([getattr(each, name) for each in limits], dtype=np.float64)
