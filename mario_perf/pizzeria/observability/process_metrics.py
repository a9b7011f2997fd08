"""The process itself."""

from __future__ import annotations

import time

from mario_perf.pizzeria.observability.metric_families import Numbers


def started_now() -> Numbers:
    """When the service started, for those who have to know that counters begin anew."""
    started = Numbers("process_start_time_seconds", "gauge", "When the service started")
    started.set(time.time())
    return started
