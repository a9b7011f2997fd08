"""The one interface that all metric sources have, and the one way to open one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mario_perf.configuration.service_metrics import CQRS
from mario_perf.errors import UserError
from mario_perf.runs import Run
from mario_perf.sources.scrapes import ScrapeSource

if TYPE_CHECKING:
    from mario_perf.configuration.policy import Policy
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


@dataclass(frozen=True, slots=True)
class Source:
    """Where a run is measured. Without ``metrics``, what the client saw is all there is.

    ``operations`` says by step what it triggers, where that is not what the locustfile says.
    """

    metrics: MetricSource | None
    operations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


SourceOf = Callable[[Run], Source]


def open_reference(run: Run) -> ScrapeSource:
    """The scrapes of the reference beside a run. It names its metrics as the pizzeria does."""
    return ScrapeSource(run.directory, CQRS)


def open_source(policy: Policy, connection: Connection | None = None) -> SourceOf:
    """Where each run is measured: by a Prometheus, by the scrapes in its folder, or at the client.

    Raises:
        UserError: There is a Prometheus, and the policy reads no metrics.
    """
    metrics, operations = policy.read_metrics, policy.load.operations
    if policy.by_client:
        if connection is not None:
            raise UserError(
                '[service] metrics = "client" reads no metrics; leave out --prometheus, or give the path of '
                "the metrics"
            )
        return lambda _: Source(None)
    if connection is None:
        return lambda run: Source(ScrapeSource(run.directory, metrics), operations)
    # Only now: its client takes half a second to load.
    from mario_perf.sources.prometheus_source import PrometheusSource  # noqa: PLC0415

    source = Source(PrometheusSource(connection, metrics), operations)
    return lambda _: source
