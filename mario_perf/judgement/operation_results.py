"""Both sides' replicates in, one result an operation out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.comparison import checks as make
from mario_perf.comparison.metric_changes import compared
from mario_perf.comparison.operation_summary import summary
from mario_perf.judgement import explanation
from mario_perf.judgement.check_verdicts import Decision, decide, of_operation, share_of_promise
from mario_perf.model import Comparison, Estimate, OperationResult, Verdict
from mario_perf.statistics.multiplicity import MISSED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from mario_perf.comparison.checks import Check
    from mario_perf.comparison.metric_changes import Compared, Comparing, Sides
    from mario_perf.configuration.policy import Policy
    from mario_perf.judgement.check_verdicts import Decision
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
    sides: Sides, comparing: Comparing, policy: Policy, alpha: float, missed: float = MISSED
) -> tuple[OperationResult, ...]:
    """Compare every metric of every operation and decide.

    Args:
        sides: the measured replicates.
        comparing: how two arrays of logarithms become a change: ``paired`` or ``unpaired``.
        policy: thresholds by operation.
        alpha: the chance of a false alarm that this look may spend, all operations together.
        missed: the chance with which this look may call a rise as large as the resolution absent.
    """
    found = compared(sides, comparing, policy, missed)
    evidence = Evidence(
        sides=sides,
        checks=found.checks,
        decisions=decide(found.checks, alpha),
        detectable=_detectable(found, alpha),
        bucket_width=make.bucket_resolution(sides.baseline, sides.candidate),
    )
    return tuple(_result(evidence, index) for index in range(len(sides.operations)))


def _detectable(found: Compared, alpha: float) -> dict[Metric, Floats]:
    level = {check.metric: alpha * share_of_promise(found.checks, check.metric) for check in found.checks}
    least = {
        metric: make.detectable(found.check(metric), change, level[metric])
        for metric, change in found.changes.items()
    }
    shares = {
        metric: both.detectable(found.check(metric).rules.limit, level[metric], make.POWER)
        for metric, both in found.shares.items()
    }
    return {**least, **shares}


def _result(evidence: Evidence, index: int) -> OperationResult:
    handler = next(check for check in evidence.checks if check.metric == "latency")
    comparisons = tuple(
        _comparison(evidence, check, handler, decision, index)
        for check, decision in zip(evidence.checks, evidence.decisions, strict=True)
    )
    verdict, spoke = of_operation([(c.metric, c.verdict) for c in comparisons if c.gating])
    sides = evidence.sides
    return OperationResult(
        operation=sides.operations[index],
        verdict=verdict,
        explanation=next(c.explanation for c in comparisons if c.metric == spoke),
        decided_by=spoke,
        comparisons=comparisons,
        baseline=summary(sides.baseline, index, sides.failures[index][0]),
        candidate=summary(sides.candidate, index, sides.failures[index][1]),
        bucket_resolution=float(evidence.bucket_width[index]),
    )


def _comparison(
    evidence: Evidence, check: Check, handler: Check, decision: Decision, index: int
) -> Comparison:
    verdict, least = decision.verdict(index), float(evidence.detectable[check.metric][index])
    where = ""
    if check.metric == "response_time" and verdict is Verdict.REGRESSED:
        where = explanation.whereabouts(check, handler, index)
    return Comparison(
        metric=check.metric,
        baseline=float(check.baseline[index]),
        candidate=float(check.candidate[index]),
        change=_estimate(check, index),
        threshold=float(check.rules.noise[index]),
        detectable=least,
        gating=bool(check.gating[index]),
        verdict=verdict,
        explanation=explanation.sentence(check, index, verdict, least) + where,
    )


def _estimate(check: Check, index: int) -> Estimate:
    if not np.isfinite(check.low[index]):
        return Estimate.unknown(make.CONFIDENCE)
    return Estimate(
        float(check.change[index]), float(check.low[index]), float(check.high[index]), make.CONFIDENCE
    )
