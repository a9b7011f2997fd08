"""What a group of users did in a run, and what several groups did together."""

from __future__ import annotations

from dataclasses import dataclass, field

from mario_perf.load.arrivals.arrival_counters import ArrivalCounters
from mario_perf.load.record.step_counters import TargetCounters
from mario_perf.load.users.step_session import Disagreements
from mario_perf.run_record import Generator, Side


@dataclass(slots=True)
class GroupReport:
    """The counts of one group, or the sum of several. Only an open model has ``arrivals``."""

    index: int
    users: int
    seeds: str
    generator: Generator
    disagreements: Disagreements
    arrivals: ArrivalCounters | None
    completed_iterations: int
    warm_up: dict[Side, TargetCounters] = field(default_factory=dict)
    window: dict[Side, TargetCounters] = field(default_factory=dict)

    @property
    def of_services(self) -> tuple[TargetCounters, ...]:
        """What was counted in the window of the services that are measured, without the reference."""
        return tuple(counters for side, counters in self.window.items() if side != "reference")

    def merge(self, other: GroupReport) -> None:
        """Add the counts of another group."""
        self.users += other.users
        self.completed_iterations += other.completed_iterations
        self.disagreements.merge(other.disagreements)
        if self.arrivals and other.arrivals:
            self.arrivals.merge(other.arrivals)
        for total, part in ((self.warm_up, other.warm_up), (self.window, other.window)):
            for side, counters in part.items():
                total.setdefault(side, TargetCounters()).merge(counters)


def merge_reports(reports: tuple[GroupReport, ...]) -> GroupReport:
    """Sum the counts of all groups. The generator's figures are the worst of all."""
    arrivals = ArrivalCounters() if any(report.arrivals for report in reports) else None
    total = GroupReport(0, 0, "", _worst(reports), Disagreements(), arrivals, 0)
    for report in reports:
        total.merge(report)
    return total


def _worst(reports: tuple[GroupReport, ...]) -> Generator:
    generators = [report.generator for report in reports]
    return Generator(
        cpu_utilisation=max((each.cpu_utilisation for each in generators), default=0.0),
        loop_lag_p99=max((each.loop_lag_p99 for each in generators), default=0.0),
        loop_lag_max=max((each.loop_lag_max for each in generators), default=0.0),
    )
