"""How a run was loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mario_perf.model import Workload

if TYPE_CHECKING:
    from mario_perf.run_record import RunRecord


def workload(record: RunRecord) -> Workload:
    """As far as runs of another load are not compared with it."""
    arrivals = record.arrivals
    return Workload(
        model=record.model,
        users=record.users,
        shape=record.shape,
        rate=record.rate,
        arrivals=arrivals.kind if arrivals else None,
        tags=record.tags,
        exclude_tags=record.exclude_tags,
        think=":".join(f"{each:g}" for each in record.think) if record.think else None,
    )
