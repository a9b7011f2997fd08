"""Runs without a baseline: figures to show, and to hold against absolute limits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mario_perf.comparison.operation_summary import summarise
from mario_perf.comparison.operations import all_operations, failures, service_reports_failures
from mario_perf.comparison.rebin import to_shared_bounds
from mario_perf.comparison.replicates import by_run
from mario_perf.model import OperationResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.configuration.policy import Policy, Thresholds
    from mario_perf.model import RunMeasurement, Summary


def judge_limits(runs: Sequence[RunMeasurement], policy: Policy) -> tuple[OperationResult, ...]:
    """One result an operation, unchanged where the policy limits it: ``apply_limits`` has the last word.

    What has no limit is recorded: no baseline must not count as passed.
    """
    shared = to_shared_bounds(runs)
    operations = all_operations(shared)
    side = by_run(shared, [operation.name for operation in operations])
    by_service = service_reports_failures(shared)
    summaries = [
        summarise(side, index, failures(shared, operation, by_service=by_service))
        for index, operation in enumerate(operations)
    ]
    return tuple(
        OperationResult(
            operation, *_judge(policy.of(operation.name)), "latency", (), None, figures, _resolution(figures)
        )
        for operation, figures in zip(operations, summaries, strict=True)
    )


def _judge(thresholds: Thresholds) -> tuple[Verdict, str]:
    if thresholds.p95 is None and thresholds.error_ratio is None:
        return Verdict.RECORDED, "Recorded: there is no baseline and no limit to judge by."
    return Verdict.UNCHANGED, "Held against the policy's absolute limits only."


def _resolution(figures: Summary | None) -> float:
    """Relative width of the bucket that holds the median."""
    return figures.p50.high / figures.p50.low - 1 if figures and figures.p50.low > 0 else math.inf
