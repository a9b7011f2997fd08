"""One call, and everything that goes through the mediator is counted and timed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.metrics.behavior import MetricsPipelineBehavior
from mario_perf.pizzeria.cqrs.metrics.execution_recorder import BOUNDS, ExecutionRecorder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.pizzeria.cqrs.services import ServiceCollection


def add_cqrs_metrics(services: ServiceCollection, *, bounds: Sequence[float] = BOUNDS) -> ExecutionRecorder:
    """Time every request outermost, in histograms with these upper ``bounds`` (milliseconds).

    Call it when the handlers are registered: their series then exist at 0 from the start.

    Returns:
        The recorder, for ``exposition.Exposition`` to tell of.

    Raises:
        ValueError: the bounds are empty, not finite or not ascending.
    """
    recorder = ExecutionRecorder(bounds)
    services.behaviors.insert(0, MetricsPipelineBehavior(recorder, services.handlers))
    return recorder
