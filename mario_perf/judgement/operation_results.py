"""Both sides' replicates in, one result an operation out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.comparison import checks as make
from mario_perf.comparison.metric_changes import compare_metrics
from mario_perf.comparison.operation_summary import summarise
from mario_perf.judgement import explanation
from mario_perf.judgement.check_verdicts import Decision, alpha_share, combine, decide
from mario_perf.metric_catalogue import RESPONSE_TIME, SERVICE_TIME
from mario_perf.model import Comparison, Estimate, OperationResult, Verdict
from mario_perf.statistics.multiplicity import MISS_RATE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from mario_perf.comparison.both_sides import Sides
    from mario_perf.comparison.checks import Check
    from mario_perf.comparison.metric_changes import Comparing, MetricChanges
    from mario_perf.configuration.policy import Policy
    from mario_perf.metric_catalogue import Metric

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the results are read from; arrays of shape ``(O,)``."""

    sides: Sides
    checks: Sequence[Check]
    decisions: Sequence[Decision]
    detectable: Mapping[Metric, Floats]
    bucket_width: Floats


def judge(
    sides: Sides, estimate_change: Comparing, policy: Policy, alpha: float, miss_rate: float = MISS_RATE
) -> tuple[OperationResult, ...]:
    """Compare every metric of every operation and decide.

    Args:
        sides: the measured replicates.
        estimate_change: how two arrays of logarithms become a change: ``paired`` or ``unpaired``.
        policy: thresholds by operation.
        alpha: the chance of a false alarm that this look may spend, all operations together.
        miss_rate: the chance with which this look may call a rise as large as the resolution absent.
    """
    metrics = compare_metrics(sides, estimate_change, policy, miss_rate)
    evidence = Evidence(
        sides=sides,
        checks=metrics.checks,
        decisions=decide(metrics.checks, alpha),
        detectable=_detectable(metrics, alpha),
        bucket_width=make.bucket_resolution(sides.baseline, sides.candidate),
    )
    return tuple(_result(evidence, index) for index in range(len(sides.operations)))


def _detectable(metrics: MetricChanges, alpha: float) -> dict[Metric, Floats]:
    level = {check.metric: alpha * alpha_share(metrics.checks, check.metric) for check in metrics.checks}
    of_times = {
        metric: make.detectable(metrics.check(metric), change, level[metric])
        for metric, change in metrics.changes.items()
    }
    shares = {
        metric: both.detectable(metrics.check(metric).rules.limit, level[metric], make.POWER)
        for metric, both in metrics.shares.items()
    }
    return {**of_times, **shares}


def _result(evidence: Evidence, index: int) -> OperationResult:
    handler = next(check for check in evidence.checks if check.metric == SERVICE_TIME)
    comparisons = tuple(
        _comparison(evidence, check, handler, decision, index)
        for check, decision in zip(evidence.checks, evidence.decisions, strict=True)
    )
    verdict, decisive_metric = combine([(c.metric, c.verdict) for c in comparisons if c.gating])
    sides = evidence.sides
    return OperationResult(
        operation=sides.operations[index],
        verdict=verdict,
        explanation=next(c.explanation for c in comparisons if c.metric == decisive_metric),
        decided_by=decisive_metric,
        comparisons=comparisons,
        baseline=summarise(sides.baseline, index, sides.failures[index][0]),
        candidate=summarise(sides.candidate, index, sides.failures[index][1]),
        bucket_resolution=float(evidence.bucket_width[index]),
    )


def _comparison(
    evidence: Evidence, check: Check, handler: Check, decision: Decision, index: int
) -> Comparison:
    verdict, detectable = decision.verdict(index), float(evidence.detectable[check.metric][index])
    location = ""
    if check.metric == RESPONSE_TIME and verdict is Verdict.REGRESSED:
        location = explanation.location_hint(check, handler, index)
    return Comparison(
        metric=check.metric,
        baseline=float(check.baseline[index]),
        candidate=float(check.candidate[index]),
        change=_estimate(check, index),
        threshold=float(check.rules.noise[index]),
        detectable=detectable,
        gating=bool(check.gating[index]),
        verdict=verdict,
        explanation=explanation.sentence(check, index, verdict, detectable) + location,
        resolution=float(check.rules.resolution[index]),
        suspected=bool(check.gating[index] and decision.suspected[index]),
    )


def _estimate(check: Check, index: int) -> Estimate:
    if not np.isfinite(check.low[index]):
        return Estimate.unknown(make.CONFIDENCE)
    return Estimate(
        float(check.change[index]), float(check.low[index]), float(check.high[index]), make.CONFIDENCE
    )
