"""The same figures through OpenTelemetry, for services whose metrics go out that way.

Takes the place of ``ExecutionRecorder`` in a behaviour. Instruments have the names and units that become,
after export to Prometheus, the names of ``exposition``. Exporters differ where a unit is in the middle
of a name: Python's appends it, the collector and Prometheus' own OTLP receiver do not; so names end with
their units. An observation costs several times what ours does; the exporter is the application's. Needs the
extra ``opentelemetry``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opentelemetry import metrics

from mario_perf.pizzeria.cqrs.metrics.execution_recorder import BOUNDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from opentelemetry.metrics import MeterProvider

    Attributes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OperationInstruments:
    """The attributes of an operation's series."""

    base: Attributes
    success: Attributes
    failure: Attributes


class OpenTelemetryRecorder:
    """All operations of one service.

    Args:
        provider: where the instruments are made; the global one when left out.
        bounds: upper bounds of the buckets, milliseconds, ascending. An advice: views of the provider win.
    """

    def __init__(self, provider: MeterProvider | None = None, bounds: Sequence[float] = BOUNDS) -> None:
        meter = (provider or metrics.get_meter_provider()).get_meter("mario-perf")
        self._executions = meter.create_counter(
            "cqrs.executions.total", unit="executions", description="Commands and queries executed"
        )
        self._successes = meter.create_counter(
            "cqrs.executions.success.executions",
            unit="executions",
            description="Commands and queries that gave an answer",
        )
        self._failures = meter.create_counter(
            "cqrs.executions.failures.executions",
            unit="executions",
            description="Commands and queries that failed",
        )
        self._duration = meter.create_histogram(
            "cqrs.execution.duration",
            unit="ms",
            description="Time that handlers took",
            explicit_bucket_boundaries_advisory=bounds,
        )

    def operation(self, kind: str, name: str) -> OperationInstruments:
        """What its executions are counted under; its series begin with the first of them."""
        base = {"operation": kind, "type": name}
        return OperationInstruments(base, {**base, "status": "success"}, {**base, "status": "failure"})

    def succeeded(self, operation: OperationInstruments, milliseconds: float) -> None:
        """Count one execution that gave an answer."""
        self._executions.add(1, operation.base)
        self._successes.add(1, operation.base)
        self._duration.record(milliseconds, operation.success)

    def failed(self, operation: OperationInstruments, milliseconds: float, category: str) -> None:
        """Count one execution that raised an error of ``category``."""
        self._executions.add(1, operation.base)
        self._failures.add(1, {**operation.base, "error_type": category})
        self._duration.record(milliseconds, operation.failure)
