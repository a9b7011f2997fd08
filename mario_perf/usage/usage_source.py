"""Reads from a Prometheus server how a service was used: three queries, however many operations there are."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mario_perf.errors import MetricNotFoundError
from mario_perf.model import Operation
from mario_perf.run_record import Span
from mario_perf.sources.connection import client, send_query
from mario_perf.sources.series import FAILURE
from mario_perf.usage.usage_queries import UsageQueries
from mario_perf.usage.usage_summary import UsageCounts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mario_perf.configuration.service_metrics import Metrics
    from mario_perf.sources.connection import Connection


class UsageSource:
    """Reads the usage of what ``connection.matchers`` choose, of every target without them."""

    def __init__(self, connection: Connection, metrics: Metrics) -> None:
        self._url = connection.url
        self._metrics = metrics
        self._queries = UsageQueries(metrics, connection.matchers)
        self._client = client(connection)

    def count(self, periods: Sequence[Span], lookback: float) -> UsageCounts:
        """What was counted in ``periods``, and what had been used in the seconds before them.

        Raises:
            SourceUnreachableError: The server does not answer, or refuses.
            MetricNotFoundError: it has no data of any operation.
        """
        counts: UsageCounts = send_query(self._url, lambda: self._count(periods, lookback))
        return counts

    def _count(self, periods: Sequence[Span], lookback: float) -> UsageCounts:
        before = Span(start=periods[0].start - lookback, end=periods[0].start)
        executions, used = self._executions(periods), self._used_operations(before)
        if not executions and not used:
            raise MetricNotFoundError(
                f"{self._url}: metric {self._queries.counter} not found in this time; "
                "correct --prometheus or --match, or name the metric in perf.toml"
            )
        return UsageCounts(
            periods=tuple(periods),
            executions=executions,
            failures=self._failures(periods),
            lookback=before,
            before=used or None,
        )

    def _executions(self, periods: Sequence[Span]) -> dict[Operation, list[float]]:
        counts: dict[Operation, list[float]] = defaultdict(lambda: [0.0] * len(periods))
        for row in self._by_period(self._queries.executions(_length(periods)), periods):
            total = counts[self._operation(row["metric"])]
            for at, count in row["values"]:
                total[_place(float(at), periods)] += _number(count)
        return dict(counts)

    def _failures(self, periods: Sequence[Span]) -> dict[Operation, dict[str, float]]:
        counts: dict[Operation, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        question = self._queries.failures(_length(periods))
        for row in self._by_period(question, periods) if question else ():
            category = row["metric"].get(self._queries.category or "") or FAILURE
            total = sum(_number(count) for _, count in row["values"])
            counts[self._operation(row["metric"])][category] += total
        return dict(counts)

    def _used_operations(self, span: Span) -> dict[Operation, bool]:
        rows = self._query(self._queries.used(round(span.duration)), span.end, span.end, span.duration)
        return {self._operation(row["metric"]): float(row["values"][-1][1]) > 0 for row in rows}

    def _operation(self, labels: Mapping[str, str]) -> Operation:
        kind = labels.get(self._metrics.kind_label or "", "operation")
        return Operation(kind, self._metrics.name_of(labels))

    def _by_period(self, query: str, periods: Sequence[Span]) -> list[Any]:
        return self._query(query, periods[0].end, periods[-1].end, periods[0].duration)

    def _query(self, query: str, start: float, end: float, step: float) -> list[Any]:
        moments = (datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
        rows: list[Any] = self._client.custom_query_range(query, *moments, step=f"{step:.0f}s")
        return rows


def _length(periods: Sequence[Span]) -> int:
    return round(periods[0].duration)


def _place(at: float, periods: Sequence[Span]) -> int:
    """Which period ends at a moment."""
    place = round((at - periods[0].end) / periods[0].duration)
    if not 0 <= place < len(periods):
        raise ValueError(f"no period ends at {at}")
    return place


def _number(count: Any) -> float:  # noqa: ANN401 - JSON
    number = float(count)
    if not 0 <= number < math.inf:
        raise ValueError(f"{number} executions")
    return number
