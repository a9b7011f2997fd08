"""Counts each request by journey step."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mario_perf.load.record.latency_counts import Latencies
from mario_perf.load.steps import reached_handler
from mario_perf.run_record import Latency, StepCounts

if TYPE_CHECKING:
    from mario_perf.load.steps import Step


@dataclass(slots=True)
class StepCounters:
    """The requests of one step. A request counts where it started, even if it ends much later.

    ``operation`` is None where the locustfile names none.
    """

    operation: str | None
    started: int = 0
    reached: int = 0
    failed: int = 0
    business: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    latencies: Latencies = field(default_factory=Latencies)
    from_intended: Latencies = field(default_factory=Latencies)  # open models only

    def count_response(
        self, step: Step, status: int, content_type: str | None, seconds: float, late: float | None = None
    ) -> None:
        """Count a complete response; in an open model its request was sent ``late`` seconds late."""
        self.statuses[status] += 1
        self.count_latency(seconds, late)
        if reached_handler(status, content_type):
            self.reached += 1
        if step.failed(status):
            self.failed += 1
            self.errors[f"HTTP {status}"] += 1
        elif status in step.business:
            self.business += 1

    def count_error(self, error: BaseException, seconds: float, late: float | None = None) -> None:
        """Count a request without a complete response. The service may or may not have executed it."""
        self.count_latency(seconds, late)
        self.failed += 1
        self.errors[type(error).__name__] += 1

    def count_event(self, status: int | None, failure: object, seconds: float | None) -> None:
        """Count a request that Locust reported when it had ended.

        Args:
            status: The HTTP status; 0 for an answer without one; None for no answer.
            failure: Why Locust counts it as failed: an exception, or a text; None if it has not failed.
            seconds: The response time; None where the client gives none.
        """
        self.started += 1
        if seconds is not None:
            self.count_latency(seconds, None)
        if status is not None:
            self.statuses[status] += 1
            self.reached += reached_handler(status, None)
        if failure:
            self.failed += 1
            self.errors[type(failure).__name__ if status is None else f"HTTP {status}"] += 1

    def count_latency(self, seconds: float, late: float | None) -> None:
        """Count the time until the response, or for which the user waited in vain."""
        self.latencies.add(seconds)
        if late is not None:
            self.from_intended.add(seconds + late)

    @property
    def abandoned(self) -> int:
        """Requests that started and got no response."""
        return self.started - self.statuses.total()

    def merge(self, other: StepCounters) -> None:
        """Add the counts of another."""
        self.started += other.started
        self.reached += other.reached
        self.failed += other.failed
        self.business += other.business
        self.statuses.update(other.statuses)
        self.errors.update(other.errors)
        self.latencies.merge(other.latencies)
        self.from_intended.merge(other.from_intended)

    def record(self, name: str) -> StepCounts:
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
class TargetCounters:
    """All steps of one target, over a part of a run."""

    steps: dict[str, StepCounters] = field(default_factory=dict)

    def begin(self, step: Step) -> StepCounters:
        """Count a request as started, and return the counters for its end."""
        counters = self.steps.get(step.name)
        if counters is None:
            counters = self.steps[step.name] = StepCounters(step.operation)
        counters.started += 1
        return counters

    def __add__(self, other: TargetCounters) -> TargetCounters:
        total = TargetCounters()
        total.merge(self)
        total.merge(other)
        return total

    def merge(self, other: TargetCounters) -> None:
        """Add the counts of another."""
        for name, step in other.steps.items():
            self.step(name, step.operation).merge(step)

    def step(self, name: str, operation: str | None) -> StepCounters:
        """The counters of the step with this name."""
        return self.steps.setdefault(name, StepCounters(operation))

    @property
    def started(self) -> int:
        return sum(step.started for step in self.steps.values())

    @property
    def responses(self) -> int:
        return sum(step.statuses.total() for step in self.steps.values())

    def counts(self) -> tuple[StepCounts, ...]:
        """The counts for the run record, in order of first use."""
        return tuple(step.record(name) for name, step in self.steps.items())

    def latencies(self) -> tuple[Latency, ...]:
        """For the run record: the steps with a response time."""
        return tuple(
            step.latencies.record(name) for name, step in self.steps.items() if step.latencies.counts
        )

    def latencies_from_intended(self) -> tuple[Latency, ...]:
        """The same from the moments at which journeys were due; empty in a closed model."""
        return tuple(
            step.from_intended.record(name) for name, step in self.steps.items() if step.from_intended.counts
        )
