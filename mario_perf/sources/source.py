"""The one interface that all metric sources have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mario_perf.model import Snapshots
    from mario_perf.run_record import Span, TargetRecord


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
