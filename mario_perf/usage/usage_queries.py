"""PromQL that counts what a service executed. Pure.

``increase()`` extrapolates, and takes a counter's first sample as its start: an operation that was executed
once would count nothing, and one that fails now and then a tenth too much. So what a counter grew by is
the difference of its values wherever that is known, and ``increase()`` only where it started anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.sources.report_queries import ignored_failures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mario_perf.configuration.service_metrics import Metrics

LOOKBACK = 300
"""Seconds for which a sample stands when Prometheus is asked for a moment: its default."""


@dataclass(frozen=True, slots=True)
class UsageQueries:
    """Queries for the targets whose labels equal the ``matchers``."""

    metrics: Metrics
    matchers: Mapping[str, str]

    @property
    def counter(self) -> str:
        """The metric that counts executions."""
        return self.metrics.executions or f"{self.metrics.duration}_count"

    @property
    def category(self) -> str | None:
        """The label that says why an execution failed, if there is one."""
        return self.metrics.error_type_label or self.metrics.status_label

    def executions(self, seconds: int) -> str:
        return self._sum(counter_increase(self._selector(self.counter), seconds))

    def failures(self, seconds: int) -> str | None:
        """Failures by operation and category within ``seconds``; None without a metric of them."""
        metrics = self.metrics
        if metrics.failures:
            conditions = (*self._status(f"{metrics.failing_status}|"), *ignored_failures(metrics))
            selector = self._selector(metrics.failures, *conditions)
        elif metrics.status_label:
            conditions = (*self._status(metrics.failing_status), *ignored_failures(metrics))
            selector = self._selector(f"{metrics.duration}_count", *conditions)
        else:
            return None
        return self._sum(counter_increase(selector, seconds), *((self.category,) if self.category else ()))

    def used(self, seconds: int) -> str:
        """By operation, a number above 0 if it had been executed by the end of ``seconds``."""
        return f"max by ({self._by()}) (max_over_time({self._selector(self.counter)}[{seconds}s]))"

    def _status(self, pattern: str) -> tuple[str, ...]:
        label = self.metrics.status_label
        return (f"{label}=~{json.dumps(pattern, ensure_ascii=False)}",) if label else ()

    def _sum(self, expression: str, *more: str) -> str:
        return f"sum by ({self._by(*more)}) ({expression})"

    def _by(self, *more: str) -> str:
        kind = (self.metrics.kind_label,) if self.metrics.kind_label else ()
        return ", ".join((*self.metrics.name_label, *kind, *more))

    def _selector(self, metric: str, *more: str) -> str:
        metrics = self.metrics
        ignored = metrics.ignored_kinds if metrics.kind_label else ()
        matchers = (
            *(f'{label}!=""' for label in metrics.name_label),
            *more,
            *(f"{metrics.kind_label}!={json.dumps(kind, ensure_ascii=False)}" for kind in ignored),
            *(
                f"{label}!={json.dumps(name, ensure_ascii=False)}"
                for label in metrics.name_label
                for name in metrics.ignored_names
            ),
            *(f"{label}={json.dumps(value, ensure_ascii=False)}" for label, value in self.matchers.items()),
        )
        return f"{metric}{{{','.join(matchers)}}}"


def counter_increase(selector: str, seconds: int) -> str:
    """The growth of counters within ``seconds``, exact unless they started anew.

    A series that appears while its target is already being scraped started at 0. One that appears together
    with its target may have counted for long, and is taken to start at its first sample.
    """
    last, first = f"last_over_time({selector}[{seconds}s])", f"{selector} offset {seconds}s"
    steady = f"resets({selector}[{seconds + LOOKBACK}s]) == 0"
    scraped = f"on (job, instance) (up offset {seconds}s == 1)"
    return (
        f"(({last} - {first}) and {steady})"
        f" or ((({last} unless {first}) and {scraped}) and {steady})"
        f" or increase({selector}[{seconds}s])"
    )
