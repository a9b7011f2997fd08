"""How a run was loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mario_perf.model import Workload

if TYPE_CHECKING:
    from mario_perf.run_record import RunRecord


def workload(record: RunRecord) -> Workload:
    """As far as runs of another load are not compared with it."""
    asked = (record.arrivals.rate, record.arrivals.kind) if record.arrivals else (None, None)
    return Workload(record.model, record.users, record.shape, *asked, record.tags, record.exclude_tags)
