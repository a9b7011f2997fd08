"""The recorder's figures as Prometheus text (format 0.0.4).

Everything but the numbers is the same at each scrape, so it is rendered once.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pizzeria.cqrs.metrics.recorder import OperationMetrics, Recorder

DURATION = "cqrs_execution_duration_milliseconds"
EXECUTIONS = "cqrs_executions_total"
SUCCESSES = "cqrs_executions_success_executions_total"
FAILURES = "cqrs_executions_failures_executions_total"


class Exposition:
    """Renders a recorder."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._templates: dict[tuple[str, str, str], str] = {}

    def render(self) -> str:
        """All series of all operations, each family once."""
        operations = tuple(self._recorder.snapshot())
        lines = [
            *_family(EXECUTIONS, "counter", "Commands and queries executed", _executions(operations)),
            *_family(
                SUCCESSES, "counter", "Commands and queries that gave an answer", _successes(operations)
            ),
            *_family(FAILURES, "counter", "Commands and queries that failed", _failures(operations)),
            *_family(DURATION, "histogram", "Time that handlers took", self._durations(operations)),
        ]
        return "\n".join([*lines, ""])

    def _durations(self, operations: Iterable[OperationMetrics]) -> Iterator[str]:
        for each in operations:
            yield self._histogram(each, "success", each.successes, each.successes_sum)
            yield self._histogram(each, "failure", each.failures_by_bucket, each.failures_sum)

    def _histogram(
        self, operation: OperationMetrics, status: str, buckets: Sequence[int], total: float
    ) -> str:
        key = (operation.kind, operation.name, status)
        if key not in self._templates:
            self._templates[key] = _template(f'{_labels(operation)},status="{status}"', self._recorder.bounds)
        cumulative = tuple(accumulate(buckets))
        return self._templates[key] % (*cumulative, total, cumulative[-1])


def _template(labels: str, bounds: Iterable[float]) -> str:
    """All lines of a histogram, with places for the buckets' counts, the sum and the count.

    Filled in at once, in C: line by line a scrape of many operations would hold the event loop twice as long.
    """
    les = [*(repr(float(bound)) for bound in bounds), "+Inf"]
    buckets = [f'{DURATION}_bucket{{{labels},le="{le}"}} %s' for le in les]
    return "\n".join((*buckets, f"{DURATION}_sum{{{labels}}} %r", f"{DURATION}_count{{{labels}}} %s"))


def _family(name: str, kind: str, text: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"
    yield from lines


def _labels(operation: OperationMetrics) -> str:
    # Names of Python types hold nothing that would have to be escaped.
    return f'operation="{operation.kind}",type="{operation.name}"'


def _executions(operations: Iterable[OperationMetrics]) -> Iterator[str]:
    for each in operations:
        yield f"{EXECUTIONS}{{{_labels(each)}}} {sum(each.successes) + sum(each.failures_by_bucket)}"


def _successes(operations: Iterable[OperationMetrics]) -> Iterator[str]:
    for each in operations:
        yield f"{SUCCESSES}{{{_labels(each)}}} {sum(each.successes)}"


def _failures(operations: Iterable[OperationMetrics]) -> Iterator[str]:
    for each in operations:
        for error_type, count in each.failures.items():
            yield f'{FAILURES}{{{_labels(each)},error_type="{error_type}"}} {count}'
