"""Where the business and HTTP metrics are registered."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Gauge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.metrics_core import Metric


class Registry(CollectorRegistry):
    """A registry of this service alone.

    Without the creation time of each series, which the library adds as a family of its own: nobody reads it,
    and ``process_start_time_seconds`` says the same.
    """

    def __init__(self) -> None:
        super().__init__()
        started = Gauge("process_start_time_seconds", "When the service started", registry=self)
        started.set(time.time())

    def collect(self) -> Iterable[Metric]:
        """All families."""
        for family in super().collect():
            family.samples = [each for each in family.samples if not each.name.endswith("_created")]
            yield family
