"""The duet: rounds of both builds side by side, until it is known which is slower."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mario_perf.builds.packages import recorded
from mario_perf.builds.processes import NotReadyError
from mario_perf.errors import UserError
from mario_perf.gate import round_plan
from mario_perf.gate.load_process import Load, OutOfTimeError, SideDiedError, run
from mario_perf.gate.round_plan import Spent
from mario_perf.judgement.judge import conclude
from mario_perf.judgement.round_selection import for_good, reasons
from mario_perf.judgement.sequential import Plan, decided, plan
from mario_perf.measurement.measured_run import MeasuredRun, measure_run
from mario_perf.measurement.recorded_runs import measure_recorded
from mario_perf.model import Finding, GateResult, Outcome
from mario_perf.reports import phrases
from mario_perf.validity import incidents
from mario_perf.validity.codes import Code
from mario_perf.validity.late_answers import late_steps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.sides import Serving
    from mario_perf.reports.progress import Narrator
    from mario_perf.sources.source import SourceOf

MOST_SLOW_STARTS = 1
"""Rounds in which a service may not be ready in time; with one more the gate ends."""


@dataclass(frozen=True, slots=True)
class Duet:
    """Everything a duet needs. Times in seconds; ``most`` rounds, None for as many as there is time for.

    ``longest`` is the time for all rounds, ``gone`` seconds of it are over before the first.
    """

    serving: Serving
    load: Load
    policy: Policy
    source_of: SourceOf
    folder: Path
    longest: float
    most: int | None
    until_decided: bool
    gone: float = 0.0

    @property
    def plan(self) -> Plan:
        """Looks for as many rounds as there may be; one at the end where all of them are to be played."""
        fitting = max(int((self.longest - self.gone) / self.load.whole_time), 1)
        rounds, promised = min(fitting, self.most or fitting), self.policy.false_alarm_rate
        return plan(promised, rounds) if self.until_decided else Plan(((rounds, promised),))


def round_folder(duet: Duet, number: int) -> Path:
    """Where a round is recorded."""
    return duet.folder / f"round-{number}"


def play_round(duet: Duet, number: int, narrator: Narrator) -> MeasuredRun:
    """Start both sides, load them, and measure what they did.

    Raises:
        SideDiedError: a side ended; what was measured until then is in the round's folder.
        OutOfTimeError: the time was over before anything was measured.
        UserError: a service or Locust cannot be started, or nothing could be measured.
    """
    folder = round_folder(duet, number)
    # Another seed every round: the same journeys again and again would measure only them.
    load = replace(duet.load, seed=duet.load.seed + number - 1)
    began = time.monotonic()
    with duet.serving(load.seed, folder) as services:
        ready = time.monotonic()
        window = round_plan.with_start(load.window, ready - began, load.until - ready)
        load = replace(load, window=window)
        try:
            played = run(load, services, folder, narrator.tick)
        except SideDiedError as died:
            raise SideDiedError(f"in round {number} {died}") from died
        played = recorded(played, services.packages)
        return measure_run(played, duet.source_of(played))


def play(
    duet: Duet,
    narrator: Narrator,
    play_one: Callable[[Duet, int, Narrator], MeasuredRun] = play_round,
    clock: Callable[[], float] = time.monotonic,
) -> GateResult:
    """Play rounds until the outcome is known or time is up.

    A side that dies makes the result invalid, and what was measured before stays in it.

    Raises:
        InvalidRunError: a side died in the first round before anything was measured.
        UserError: a service or Locust cannot be started in the first round, or nothing could be measured.
    """
    course = _Course(duet, narrator, play_one, clock, clock() - duet.gone)
    while (result := course.next_round()) is None:
        pass
    return result


@dataclass(slots=True)
class _Course:
    """A duet that is being played; ``began`` is when its time began to run, by the ``clock``."""

    duet: Duet
    narrator: Narrator
    play_one: Callable[[Duet, int, Narrator], MeasuredRun]
    clock: Callable[[], float]
    began: float
    number: int = 0
    played: list[MeasuredRun] = field(default_factory=list)
    rounds: list[Spent] = field(default_factory=list)
    incidents: list[Finding] = field(default_factory=list)
    short: set[str] = field(default_factory=set)  # of executions, and told so
    alpha: float = 0.0
    result: GateResult | None = None

    def next_round(self) -> GateResult | None:
        """Play one; the gate's result, if it was the last."""
        self.number += 1
        began, load = self.clock(), self._load()
        self.narrator.say(self._announcement())
        try:
            one = self.play_one(replace(self.duet, load=load), self.number, self.narrator)
        except SideDiedError as died:
            return self._side_died(died)
        except (NotReadyError, OutOfTimeError) as late:
            return self._without(late)
        except UserError as failed:
            return self._failed(failed)
        self.played.append(one)
        self.rounds.append(_spent(one, self.clock() - began, self.duet.policy))
        return self._look()

    @property
    def remaining(self) -> float:
        """Seconds."""
        return self.began + self.duet.longest - self.clock()

    @property
    def rounds_left(self) -> int:
        """By how long rounds take now."""
        fitting = round_plan.rounds_left(self.rounds, self.duet.load.whole_time, self.remaining)
        return min(fitting, self.duet.plan.rounds - len(self.played))

    def _load(self) -> Load:
        asked = self.duet.load
        late = self.played and late_steps([self.played[-1].record.targets])
        # What is late is late in a short window, too.
        window = asked.window if late else round_plan.next_window(asked.window, self.rounds, self.remaining)
        return replace(asked, window=window, until=self.began + self.duet.longest)

    def _announcement(self) -> str:
        """Which round begins, what is open, and what stands out so far."""
        most = len(self.played) + max(self.rounds_left, 1)
        judged = self.result.operations if self.result else ()
        return " · ".join((f"round {self.number}/{most}", *phrases.so_far(judged)))

    def _look(self) -> GateResult | None:
        rounds = [each.record.targets for each in self.played]
        hopeless = for_good(reasons(self.played[-1])) and not late_steps(rounds[-1:])
        last = self.rounds_left < 1 or hopeless or any(step.certain for step in late_steps(rounds))
        if not last:
            self._say_what_is_short()
        return self._judged(last=last)

    def _judged(self, *, last: bool) -> GateResult | None:
        """The result if it is final. The last look spends what is left of the promise."""
        policy, planned = self.duet.policy, self.duet.plan.alpha(len(self.played))
        alpha = policy.false_alarm_rate - self.alpha if last else planned
        if alpha is None:
            return None
        self.alpha += alpha
        self.result = conclude(self.played, None, policy, alpha, self.incidents, missed=self.duet.plan.missed)
        if not (last or _is_final(self.result)):
            return None
        if self._out_of_time:
            return replace(self.result, findings=(self._time_ran_out(), *self.result.findings))
        return self.result

    @property
    def _out_of_time(self) -> bool:
        undecided = self.result is not None and self.result.outcome is Outcome.INCONCLUSIVE
        return undecided and len(self.played) < (self.duet.most or self.duet.plan.rounds)

    def _side_died(self, died: SideDiedError) -> GateResult:
        self._keep(incidents.side_died(str(died)))
        rounds = self.played or measure_recorded([self._folder], self.duet.source_of).runs
        return conclude(rounds, None, self.duet.policy, incidents=self.incidents)

    def _failed(self, failed: UserError) -> GateResult:
        if not self.played:
            raise failed
        self._keep(incidents.round_failed(self.number, str(failed)))
        return conclude(self.played, None, self.duet.policy, incidents=self.incidents)

    @property
    def _folder(self) -> Path:
        return round_folder(self.duet, self.number)

    def _keep(self, incident: Finding) -> None:
        """In the round's folder, too: who judges its rounds later must know of it."""
        incidents.keep(self._folder, incident)
        self.incidents.append(incident)

    def _without(self, late: NotReadyError | OutOfTimeError) -> GateResult | None:
        """Go on without this round, if there is time and it was the first that began too slowly."""
        if self.rounds_left < 1 or isinstance(late, OutOfTimeError):
            if not self.played:
                raise late
            return self._judged(last=True)
        if len(self.incidents) >= MOST_SLOW_STARTS:
            return self._failed(late)
        self._keep(incidents.slow_start(self.number, str(late)))
        self.narrator.warn(self.incidents[-1].message)
        return None

    def _say_what_is_short(self) -> None:
        short = self._shortage()
        if short and short.operation not in self.short:
            self.short.add(short.operation)
            self.narrator.warn(short.sentence())

    def _shortage(self) -> round_plan.Shortage | None:
        names = {name for each in self.rounds for name in each.executions}
        needed = {name: self.duet.policy.of(name).min_samples for name in names}
        return round_plan.shortage(self.rounds, needed, self.duet.longest - self.remaining, self.remaining)

    def _time_ran_out(self) -> Finding:
        whole = self.duet.longest - self.remaining
        return Code.TIME_RAN_OUT.finding(spent=round_plan.ran_out(self.rounds, whole))


def _spent(one: MeasuredRun, seconds: float, policy: Policy) -> Spent:
    """Executions of what is judged: of each operation on the side where there were fewer."""
    names = {name for side in one.sides for name in side.measurements if not policy.of(name).ignore}
    executions = {
        name: min(
            side.measurements[name].executions if name in side.measurements else 0 for side in one.sides
        )
        for name in names
    }
    return Spent(seconds, one.record.window.duration, executions)


def _is_final(result: GateResult) -> bool:
    if result.outcome is Outcome.INVALID:
        return for_good(result.findings)
    return decided(result.operations)
