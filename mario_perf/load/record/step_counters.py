"""Every request accounted for, by journey step."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mario_perf.load.record.latency_counts import Latencies
from mario_perf.load.steps import reached
from mario_perf.run_record import Latency, StepCounts

if TYPE_CHECKING:
    from mario_perf.load.steps import Step


@dataclass(slots=True)
class StepTally:
    """What happened to one step. A request counts where it was started, even if it ends much later."""

    operation: str
    started: int = 0
    reached: int = 0
    failed: int = 0
    business: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    latencies: Latencies = field(default_factory=Latencies)
    from_intended: Latencies = field(default_factory=Latencies)  # open models only

    def answered(
        self, step: Step, status: int, content_type: str | None, seconds: float, late: float | None = None
    ) -> None:
        """Count a complete response; in an open model it was sent so many seconds ``late``."""
        self.statuses[status] += 1
        self.took(seconds, late)
        if reached(status, content_type):
            self.reached += 1
        if step.failed(status):
            self.failed += 1
            self.errors[f"HTTP {status}"] += 1
        elif status in step.business:
            self.business += 1

    def lost(self, error: BaseException, seconds: float, late: float | None = None) -> None:
        """Count a request that got no complete response. The service may or may not have executed it."""
        self.took(seconds, late)
        self.failed += 1
        self.errors[type(error).__name__] += 1

    def took(self, seconds: float, late: float | None) -> None:
        """Count how long somebody waited, for an answer or in vain: who is never answered waited longest."""
        self.latencies.add(seconds)
        if late is not None:
            self.from_intended.add(seconds + late)

    @property
    def abandoned(self) -> int:
        """Requests that were started and never answered."""
        return self.started - self.statuses.total()

    def merge(self, other: StepTally) -> None:
        """Count what another has counted, too."""
        self.started += other.started
        self.reached += other.reached
        self.failed += other.failed
        self.business += other.business
        self.statuses.update(other.statuses)
        self.errors.update(other.errors)
        self.latencies.merge(other.latencies)
        self.from_intended.merge(other.from_intended)

    def counts(self, name: str) -> StepCounts:
        """For the run record."""
        return StepCounts(
            step=name,
            operation=self.operation,
            started=self.started,
            reached=self.reached,
            failed=self.failed,
            business=self.business,
            abandoned=self.abandoned,
            statuses={str(status): count for status, count in sorted(self.statuses.items())},
            errors=dict(sorted(self.errors.items())),
            fastest=self.latencies.minimum,
            slowest=self.latencies.maximum,
        )


@dataclass(slots=True)
class Tally:
    """All steps of one target, over some part of a run."""

    steps: dict[str, StepTally] = field(default_factory=dict)

    def begin(self, step: Step) -> StepTally:
        """Count a request as started; its end is told to what this returns."""
        tally = self.steps.get(step.name)
        if tally is None:
            tally = self.steps[step.name] = StepTally(step.operation)
        tally.started += 1
        return tally

    def merged(self, other: Tally) -> Tally:
        """A new tally with the counts of both."""
        both = Tally()
        both.merge(self)
        both.merge(other)
        return both

    def merge(self, other: Tally) -> None:
        """Count what another has counted, too."""
        for name, step in other.steps.items():
            self.steps.setdefault(name, StepTally(step.operation)).merge(step)

    @property
    def started(self) -> int:
        """Requests of all steps."""
        return sum(step.started for step in self.steps.values())

    @property
    def answered(self) -> int:
        """Complete responses of all steps."""
        return sum(step.statuses.total() for step in self.steps.values())

    def counts(self) -> tuple[StepCounts, ...]:
        """For the run record, in order of first use."""
        return tuple(step.counts(name) for name, step in self.steps.items())

    def latencies(self) -> tuple[Latency, ...]:
        """For the run record: steps that somebody waited for."""
        return tuple(
            step.latencies.record(name) for name, step in self.steps.items() if step.latencies.counts
        )

    def latencies_from_intended(self) -> tuple[Latency, ...]:
        """The same from when journeys were due; none in a closed model."""
        return tuple(
            step.from_intended.record(name) for name, step in self.steps.items() if step.from_intended.counts
        )
