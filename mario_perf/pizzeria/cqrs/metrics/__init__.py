"""Counting and timing every command and query."""

from mario_perf.pizzeria.cqrs.metrics.behavior import MetricsPipelineBehavior
from mario_perf.pizzeria.cqrs.metrics.execution_recorder import BOUNDS, Recorder
from mario_perf.pizzeria.cqrs.metrics.registration import add_cqrs_metrics

__all__ = ["BOUNDS", "MetricsPipelineBehavior", "Recorder", "add_cqrs_metrics"]
