"""Counting and timing every command and query."""

from mario_perf.pizzeria.cqrs.metrics.behavior import MetricsPipelineBehavior
from mario_perf.pizzeria.cqrs.metrics.execution_recorder import BOUNDS, ExecutionRecorder
from mario_perf.pizzeria.cqrs.metrics.registration import add_cqrs_metrics

__all__ = ["BOUNDS", "ExecutionRecorder", "MetricsPipelineBehavior", "add_cqrs_metrics"]
