"""Counting and timing every command and query."""

from pizzeria.cqrs.metrics.behavior import MetricsPipelineBehavior
from pizzeria.cqrs.metrics.recorder import BOUNDS, Recorder
from pizzeria.cqrs.metrics.registration import add_cqrs_metrics

__all__ = ["BOUNDS", "MetricsPipelineBehavior", "Recorder", "add_cqrs_metrics"]
