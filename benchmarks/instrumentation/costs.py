"""What one operation costs through each behaviour, measured in this interpreter.

Run as a module it measures the arms that its arguments name, and prints one JSON line each: that is how the
framework's own behaviour is measured, in the environment where it is installed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Behavior = Callable[[Any, Callable[[], Awaitable[Any]]], Awaitable[Any]]

OPERATIONS = 20_000
"""Executions in one measurement."""


def measured(name: str, operations: int = OPERATIONS) -> float:
    """Microseconds that a behaviour adds to an operation: through it, less without it."""
    request, behavior = ARMS[name]()

    async def handler() -> None:
        return None

    async def bare() -> float:
        started = perf_counter()
        for _ in range(operations):
            await handler()
        return perf_counter() - started

    async def through() -> float:
        started = perf_counter()
        for _ in range(operations):
            await behavior(request, handler)
        return perf_counter() - started

    async def difference() -> float:
        await through()  # warm
        return (await through() - await bare()) / operations * 1e6

    return asyncio.run(difference())


def _ours() -> tuple[object, Behavior]:
    from mario_perf.pizzeria.cqrs.metrics.behavior import MetricsPipelineBehavior
    from mario_perf.pizzeria.cqrs.metrics.execution_recorder import ExecutionRecorder

    return _request(), MetricsPipelineBehavior(ExecutionRecorder()).handle_async


def _opentelemetry() -> tuple[object, Behavior]:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    from mario_perf.pizzeria.cqrs.metrics.behavior import MetricsPipelineBehavior
    from mario_perf.pizzeria.cqrs.metrics.opentelemetry import OpenTelemetryRecorder

    recorder = OpenTelemetryRecorder(MeterProvider([InMemoryMetricReader()]))
    return _request(), MetricsPipelineBehavior(recorder).handle_async


def _prometheus_client() -> tuple[object, Behavior]:
    """The same three figures by the general library, as its users write it."""
    from prometheus_client import CollectorRegistry, Counter, Histogram

    from mario_perf.pizzeria.cqrs.metrics.execution_recorder import BOUNDS

    registry, labels = CollectorRegistry(), ("operation", "type")
    executions = Counter("executions", "All", labels, registry=registry)
    successes = Counter("successes", "Answered", labels, registry=registry)
    duration = Histogram("duration", "Time", (*labels, "status"), registry=registry, buckets=BOUNDS)

    async def handle(request: Any, next_handler: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401
        name = type(request).__name__
        started = perf_counter()
        answer = await next_handler()
        executions.labels("command", name).inc()
        successes.labels("command", name).inc()
        duration.labels("command", name, "success").observe((perf_counter() - started) * 1e3)
        return answer

    return _request(), handle


def _neuroglia() -> tuple[object, Behavior]:
    """The framework's own, on the OpenTelemetry SDK that it brings; its buckets are the SDK's fifteen."""
    from neuroglia.mediation import Command
    from neuroglia.mediation.metrics_middleware import MetricsPipelineBehavior
    from opentelemetry import metrics
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    metrics.set_meter_provider(MeterProvider([InMemoryMetricReader()]))
    return type("Bake", (Command,), {})(), MetricsPipelineBehavior().handle_async


def _neuroglia_ours() -> tuple[object, Behavior]:
    from neuroglia.mediation import Command

    from mario_perf.pizzeria.cqrs.metrics.execution_recorder import ExecutionRecorder
    from mario_perf.pizzeria.cqrs.metrics.neuroglia import NeurogliaMetricsBehavior

    return type("Bake", (Command,), {})(), NeurogliaMetricsBehavior(ExecutionRecorder()).handle_async


def _request() -> object:
    from mario_perf.pizzeria.cqrs.requests import Command

    return type("Bake", (Command,), {"__slots__": ()})()


ARMS: dict[str, Callable[[], tuple[object, Behavior]]] = {
    "ours": _ours,
    "ours, in a Neuroglia application": _neuroglia_ours,
    "prometheus_client, the same series": _prometheus_client,
    "ours, through OpenTelemetry": _opentelemetry,
    "Neuroglia's own": _neuroglia,
}

ON_NEUROGLIA = ("ours, in a Neuroglia application", "Neuroglia's own")
"""Arms that need the framework's environment."""

if __name__ == "__main__":
    for arm in sys.argv[1:]:
        print(json.dumps({"arm": arm, "microseconds": measured(arm)}))
