"""A recorder's figures in a registry of ``prometheus_client``, for applications that render one.

Needs that library; ``exposition`` needs nothing, and takes a small part of the time.
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from mario_perf.pizzeria.cqrs.metrics.execution_recorder import ExecutionRecorder
from mario_perf.pizzeria.cqrs.metrics.histogram_text import DURATION, EXECUTIONS, FAILURES, HELP, SUCCESSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prometheus_client.metrics_core import Metric

    from mario_perf.pizzeria.cqrs.metrics.execution_recorder import OperationMetrics

OPERATION = ("operation", "type")


class RecorderCollector(Collector):
    """To be registered: the families of ``exposition``, as the library's objects."""

    def __init__(self, recorder: ExecutionRecorder) -> None:
        self._recorder = recorder

    def collect(self) -> Iterator[Metric]:
        """All series of all operations."""
        operations = tuple(self._recorder.snapshot())
        executions = CounterMetricFamily(EXECUTIONS, HELP[EXECUTIONS], labels=OPERATION)
        successes = CounterMetricFamily(SUCCESSES, HELP[SUCCESSES], labels=OPERATION)
        failures = CounterMetricFamily(FAILURES, HELP[FAILURES], labels=(*OPERATION, "error_type"))
        for each in operations:
            labels = (each.kind, each.name)
            executions.add_metric(labels, sum(each.successes) + sum(each.failures_by_bucket))
            successes.add_metric(labels, sum(each.successes))
            for error_type, count in each.failures.items():
                failures.add_metric((*labels, error_type), count)
        yield from (executions, successes, failures, self._durations(operations))

    def _durations(self, operations: Iterable[OperationMetrics]) -> HistogramMetricFamily:
        family = HistogramMetricFamily(DURATION, HELP[DURATION], labels=(*OPERATION, "status"))
        for each in operations:
            for status, buckets, total in (
                ("success", each.successes, each.successes_sum),
                ("failure", each.failures_by_bucket, each.failures_sum),
            ):
                family.add_metric((each.kind, each.name, status), self._cumulative(buckets), total)
        return family

    def _cumulative(self, buckets: Sequence[int]) -> list[tuple[str, float]]:
        les = (*(repr(float(bound)) for bound in self._recorder.bounds), "+Inf")
        return list(zip(les, accumulate(buckets), strict=True))


@cache
def process_recorder() -> ExecutionRecorder:
    """The recorder of this process, whose figures are in the library's default registry."""
    recorder = ExecutionRecorder()
    REGISTRY.register(RecorderCollector(recorder))
    return recorder
