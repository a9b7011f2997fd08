"""Steps that a candidate does not answer in time where the baseline does.

Such requests eat the time of a round: few of them end in its window, or none, and no histogram of the service
shows what has not ended. The client knows how long it waited, in the warm-up too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mario_perf.errors import counted
from mario_perf.figures import seconds
from mario_perf.model import Severity
from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.model import Finding
    from mario_perf.run_record import StepCounts, TargetRecord

MIN_SECONDS: Final = 1.0
"""Seconds. What takes less leaves enough requests in a round to be judged by its histogram."""

FACTOR: Final = 10.0
"""The candidate's fastest request takes at least this many times as long as the baseline's slowest."""

MIN_ROUNDS: Final = 2
MIN_REQUESTS: Final = 3
"""Each of them late, and none of the baseline's: a process that hangs once does not make a build slower."""

MORE_ROUNDS_ADVICE: Final = "; more rounds would prove it, so give a longer --max-duration"

_SIDES: Final = 2


@dataclass(frozen=True, slots=True)
class LateStep:
    """One step of a candidate. Times in seconds; ``answered`` of its ``requests`` got an answer."""

    step: str
    operation: str | None
    rounds: int
    requests: int
    answered: int
    fastest: float
    baseline_slowest: float

    @property
    def certain(self) -> bool:
        """Whether there are enough rounds and requests to believe it."""
        return self.rounds >= MIN_ROUNDS and self.requests >= MIN_REQUESTS

    def finding(self, severity: Severity = Severity.REGRESSED) -> Finding:
        """That the gate is red; if less grave, what would make it red were there more rounds."""
        wait = seconds(self.fastest)
        requests = counted(self.requests, "request")
        if self.answered == 0:
            answers = f"none of {requests} was answered within {wait}"
        else:
            answers = f"each of {requests} took {wait} or more"
        return Code.LATE_ANSWERS.finding(
            severity,
            name=self.step if self.operation in {None, self.step} else f"{self.step} ({self.operation})",
            happened=answers,
            rounds=counted(self.rounds, "round"),
            slowest=seconds(self.baseline_slowest),
            more="" if severity is Severity.REGRESSED else MORE_ROUNDS_ADVICE,
        )


def late_steps(rounds: Sequence[Sequence[TargetRecord]]) -> tuple[LateStep, ...]:
    """Steps that were late whenever they were sent in the rounds of a duet."""
    sides = [_by_side(targets) for targets in rounds if len(targets) == _SIDES]
    names = dict.fromkeys(name for _, candidate in sides for name in candidate)
    steps = (_late_step(name, sides) for name in names)
    return tuple(late for late in steps if late is not None)


def _late_step(
    name: str, rounds: Sequence[tuple[dict[str, StepCounts], dict[str, StepCounts]]]
) -> LateStep | None:
    baseline = [before[name] for before, _ in rounds if name in before]
    candidate = [now[name] for _, now in rounds if name in now]
    slowest = max((step.slowest for step in baseline if step.slowest is not None), default=None)
    fastest = min((step.fastest for step in candidate if step.fastest is not None), default=None)
    if slowest is None or fastest is None or any(step.abandoned for step in baseline):
        return None
    if fastest < max(MIN_SECONDS, FACTOR * slowest):
        return None
    return LateStep(
        step=name,
        operation=candidate[0].operation,
        rounds=len([step for step in candidate if step.fastest is not None]),
        requests=sum(step.started for step in candidate),
        answered=sum(step.started - step.abandoned for step in candidate),
        fastest=fastest,
        baseline_slowest=slowest,
    )


def _by_side(targets: Sequence[TargetRecord]) -> tuple[dict[str, StepCounts], dict[str, StepCounts]]:
    """Of the whole run: what is late in the warm-up is late."""
    steps = {target.side: {step.step: step for step in target.whole_run} for target in targets}
    return steps["baseline"], steps["candidate"]
