"""The recorder's figures as Prometheus text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.metrics.text_format import HistogramText, family, line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mario_perf.pizzeria.cqrs.metrics.execution_recorder import ExecutionRecorder, OperationMetrics

DURATION = "cqrs_execution_duration_milliseconds"
EXECUTIONS = "cqrs_executions_total"
SUCCESSES = "cqrs_executions_success_executions_total"
FAILURES = "cqrs_executions_failures_executions_total"

HELP = {
    EXECUTIONS: "Commands and queries executed",
    SUCCESSES: "Commands and queries that gave an answer",
    FAILURES: "Commands and queries that failed",
    DURATION: "Time that handlers took",
}


class Exposition:
    """What a recorder knows, for ``text_format.page``."""

    def __init__(self, recorder: ExecutionRecorder) -> None:
        self._recorder = recorder
        self._histograms: dict[tuple[str, str, str], HistogramText] = {}

    def lines(self) -> Iterator[bytes]:
        """All series of all operations, each family once."""
        operations = tuple(self._recorder.snapshot())
        yield from family(EXECUTIONS, "counter", HELP[EXECUTIONS], _executions(operations))
        yield from family(SUCCESSES, "counter", HELP[SUCCESSES], _successes(operations))
        yield from family(FAILURES, "counter", HELP[FAILURES], _failures(operations))
        yield from family(DURATION, "histogram", HELP[DURATION], self._durations(operations))

    def _durations(self, operations: Iterable[OperationMetrics]) -> Iterator[bytes]:
        for each in operations:
            yield self._histogram(each, "success").lines(each.successes, each.successes_sum)
            yield self._histogram(each, "failure").lines(each.failures_by_bucket, each.failures_sum)

    def _histogram(self, operation: OperationMetrics, status: str) -> HistogramText:
        key = (operation.kind, operation.name, status)
        if key not in self._histograms:
            labels = (*_labels(operation), ("status", status))
            self._histograms[key] = HistogramText(DURATION, labels, self._recorder.bounds)
        return self._histograms[key]


def _labels(operation: OperationMetrics) -> tuple[tuple[str, str], ...]:
    return ("operation", operation.kind), ("type", operation.name)


def _executions(operations: Iterable[OperationMetrics]) -> Iterator[bytes]:
    for each in operations:
        yield line(EXECUTIONS, _labels(each), sum(each.successes) + sum(each.failures_by_bucket))


def _successes(operations: Iterable[OperationMetrics]) -> Iterator[bytes]:
    for each in operations:
        yield line(SUCCESSES, _labels(each), sum(each.successes))


def _failures(operations: Iterable[OperationMetrics]) -> Iterator[bytes]:
    for each in operations:
        for error_type, count in each.failures.items():
            yield line(FAILURES, (*_labels(each), ("error_type", error_type)), count)
