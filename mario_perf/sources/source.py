"""The one interface that all metric sources have, and the one way to open one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from mario_perf.runs import Run
from mario_perf.sources.scrapes import ScrapeSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mario_perf.configuration.service_metrics import Metrics
    from mario_perf.model import Snapshots
    from mario_perf.run_record import Span, TargetRecord
    from mario_perf.sources.connection import Connection


class MetricSource(Protocol):
    """Gives the cumulative counters of a service, scrape by scrape."""

    def snapshots(self, target: TargetRecord, span: Span) -> Snapshots:
        """All scrapes of ``target`` in ``span``, and at least one before and one after it if there are any.

        Raises:
            UserError: The source cannot be read, or lacks a metric.
        """
        ...

    def matchers(self, target: TargetRecord) -> Mapping[str, str]:
        """The labels by which a Prometheus tells ``target``; none where none was asked."""
        ...


SourceOf = Callable[[Run], MetricSource]


def open_source(metrics: Metrics, connection: Connection | None = None) -> SourceOf:
    """Where each run's metrics are read: from a Prometheus, or from the scrapes in the run's folder."""
    if connection is None:
        return lambda run: ScrapeSource(run.directory, metrics)
    # Only now: its client takes half a second to load.
    from mario_perf.sources.prometheus_source import PrometheusSource  # noqa: PLC0415

    source = PrometheusSource(connection, metrics)
    return lambda _: source
