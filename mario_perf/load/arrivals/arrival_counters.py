"""What became of an open model's arrivals."""

from __future__ import annotations

from dataclasses import dataclass, field

from mario_perf.load.record.latency_counts import Latencies
from mario_perf.run_record import ArrivalCounts


@dataclass(slots=True)
class ArrivalCounters:
    """The arrivals of a part of a run, in one process or in several."""

    due: int = 0
    offered: int = 0
    dropped: int = 0
    finished: int = 0
    under_way_at_start: int = 0
    under_way_at_end: int = 0
    most_users: int = 0
    pool: int = 0
    lateness: Latencies = field(default_factory=Latencies)

    def merge(self, other: ArrivalCounters) -> None:
        """Add the counts of another process."""
        self.due += other.due
        self.offered += other.offered
        self.dropped += other.dropped
        self.finished += other.finished
        self.under_way_at_start += other.under_way_at_start
        self.under_way_at_end += other.under_way_at_end
        self.most_users += other.most_users
        self.pool += other.pool
        self.lateness.merge(other.lateness)

    def record(self) -> ArrivalCounts:
        return ArrivalCounts(
            due=self.due,
            offered=self.offered,
            dropped=self.dropped,
            finished=self.finished,
            under_way_at_start=self.under_way_at_start,
            under_way_at_end=self.under_way_at_end,
            most_users=self.most_users,
            pool=self.pool,
            late_p99=self.lateness.quantile(0.99),
            late_max=self.lateness.maximum_us / 1e6,
        )
