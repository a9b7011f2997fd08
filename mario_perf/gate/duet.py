"""The duet: rounds of both builds side by side, until it is known which is slower."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mario_perf import figures, runs
from mario_perf.builds.packages import record_packages
from mario_perf.builds.processes import NotReadyError
from mario_perf.cost_indicators import has_probably_risen
from mario_perf.errors import UserError
from mario_perf.gate import earlier_rounds, round_plan
from mario_perf.gate.load_process import LoadPlan, OutOfTimeError, SideDiedError, play_load, start_locust
from mario_perf.gate.round_plan import RoundCost
from mario_perf.judgement.cost_results import SHARE, compare_costs
from mario_perf.judgement.judge import conclude
from mario_perf.judgement.round_selection import invalid_findings, is_permanent
from mario_perf.judgement.sequential import is_decided, plan
from mario_perf.judgement.suspicion import has_suspects
from mario_perf.measurement.measured_run import MeasuredRun, measure_run
from mario_perf.measurement.recorded_runs import measure_recorded
from mario_perf.model import Finding, GateResult, Outcome, Verdict
from mario_perf.reports import phrases
from mario_perf.run_record import Look
from mario_perf.runs import Run
from mario_perf.validity import incidents
from mario_perf.validity.codes import Code
from mario_perf.validity.late_answers import late_steps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mario_perf.configuration.policy import Policy
    from mario_perf.gate.earlier_rounds import EarlierRounds
    from mario_perf.gate.sides import Serving
    from mario_perf.judgement.sequential import Plan
    from mario_perf.reports.progress import Narrator
    from mario_perf.sources.source import SourceOf

MAX_SLOW_STARTS = 1
"""Rounds in which a service may not be ready in time; with one more the gate ends."""


@dataclass(frozen=True, slots=True)
class Duet:
    """The parts of a duet. Times in seconds; no ``max_rounds`` means as many as fit.

    ``max_duration`` is for all rounds; ``elapsed`` seconds of it have passed before the first. ``left_over``
    seconds are left to what follows, unless something is suspected when they begin. ``promise`` is the share
    of the false-alarm rate that may be spent: a gate of two parts has one for both. A duet that is continued
    has ``earlier`` rounds, whose number and time come on top.
    """

    serving: Serving
    load: LoadPlan
    policy: Policy
    source_of: SourceOf
    folder: Path
    max_duration: float
    max_rounds: int | None
    until_decided: bool
    elapsed: float = 0.0
    promise: float = 1.0
    earlier: EarlierRounds = earlier_rounds.NONE
    left_over: float = 0.0

    @property
    def plan(self) -> Plan:
        """Looks for as many rounds as there may be; one at the end where all of them are to be played."""
        rounds_that_fit = max(int((self.max_duration - self.elapsed) / self.load.total_time), 1)
        rounds = len(self.earlier.runs) + min(rounds_that_fit, self.max_rounds or rounds_that_fit)
        looks = [look.model_copy(update={"spent": look.spent / self.promise}) for look in self.earlier.looks]
        return plan(self.false_alarm_rate, rounds, looks, until_decided=self.until_decided)

    @property
    def false_alarm_rate(self) -> float:
        """What all looks together may spend."""
        return self.promise * self.policy.false_alarm_rate

    @property
    def name(self) -> str:
        """Of a round, in folders."""
        return "round" if self.load.alternate is None else "load"


def round_folder(duet: Duet, number: int) -> Path:
    return duet.folder / f"{duet.name}-{number}"


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
    start = time.monotonic()
    with start_locust(load, folder) as locust, duet.serving(load.seed, folder) as services:
        ready = time.monotonic()
        window = round_plan.with_start(load.window, ready - start, load.deadline - ready)
        load = replace(load, window=window)
        try:
            run = play_load(locust, load, services, folder, narrator.tick)
        except SideDiedError as error:
            raise SideDiedError(f"in round {number} {error}") from error
        services.end()
        run = record_packages(run, services.packages, fresh=services.fresh)
        return measure_run(run, duet.source_of(run))


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
    earlier = duet.earlier
    progress = _DuetProgress(
        duet,
        narrator,
        play_one,
        clock,
        clock() - duet.elapsed,
        number=earlier.number,
        runs=list(earlier.runs),
        costs=[round_cost(run, earlier.round_seconds, duet.policy) for run in earlier.runs],
        incidents=list(earlier.incidents),
    )
    while (result := progress.next_round()) is None:
        pass
    return result


@dataclass(slots=True)
class _DuetProgress:
    """A duet while it runs; ``start`` by the ``clock``."""

    duet: Duet
    narrator: Narrator
    play_one: Callable[[Duet, int, Narrator], MeasuredRun]
    clock: Callable[[], float]
    start: float
    number: int = 0
    runs: list[MeasuredRun] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    costs: list[RoundCost] = field(default_factory=list)
    incidents: list[Finding] = field(default_factory=list)
    announced_shortages: set[str] = field(default_factory=set)  # operations
    alpha: float = 0.0
    result: GateResult | None = None
    plays_on: bool = False  # into the time that was to be left over

    def next_round(self) -> GateResult | None:
        """Play one; the gate's result, if it was the last."""
        self.number += 1
        start, load = self.clock(), self._load()
        self.narrator.say(self._announcement())
        try:
            run = self.play_one(replace(self.duet, load=load), self.number, self.narrator)
        except SideDiedError as error:
            return self._end_with_dead_side(error)
        except (NotReadyError, OutOfTimeError) as error:
            return self._skip_round(error)
        except UserError as error:
            return self._end_with_failure(error)
        self.runs.append(run)
        self.folders.append(self._folder)
        self.costs.append(round_cost(run, self.clock() - start, self.duet.policy))
        return self._evaluate()

    @property
    def elapsed(self) -> float:
        """Seconds, with those before the first round."""
        return self.clock() - self.start

    @property
    def remaining(self) -> float:
        """Seconds, without those that are left over."""
        return self.duet.max_duration - self._left_over - self.elapsed

    @property
    def _left_over(self) -> float:
        return 0.0 if self.plays_on else self.duet.left_over

    @property
    def rounds_left(self) -> int:
        """By how long rounds take now."""
        rounds_that_fit = round_plan.rounds_left(self.costs, self.duet.load.total_time, self.remaining)
        return min(rounds_that_fit, self.duet.plan.rounds - len(self.runs))

    def _load(self) -> LoadPlan:
        load = self.duet.load
        late = self.runs and late_steps([self.runs[-1].record.targets])
        # What is late is late in a short window, too.
        window = load.window if late else round_plan.next_window(load.window, self.costs, self.remaining)
        return replace(load, window=window, deadline=self.start + self.duet.max_duration)

    def _announcement(self) -> str:
        """Which round begins, what is open, and what stands out so far."""
        max_rounds = self.number - 1 + max(self.rounds_left, 1)
        judged = self.result.operations if self.result else ()
        return " · ".join((f"{self._load_text}round {self.number}/{max_rounds}", *phrases.so_far(judged)))

    @property
    def _load_text(self) -> str:
        load = self.duet.load
        if load.alternate is None or load.rate is None:
            return ""
        return f"under load, {figures.count(load.rate)} journeys/s: "

    def _evaluate(self) -> GateResult | None:
        rounds = [each.record.targets for each in self.runs]
        hopeless = is_permanent(invalid_findings(self.runs[-1])) and not late_steps(rounds[-1:])
        if hopeless or any(step.certain for step in late_steps(rounds)):
            return self._judge(last=True)
        if self.rounds_left < 1:
            return self._play_on_or_end() if self._left_over else self._judge(last=True)
        self._announce_shortage()
        return self._judge(last=False)

    def _judge(self, *, last: bool) -> GateResult | None:
        """The result if it is final. The last look spends what is left of the promise."""
        planned = None if self.plays_on else self.duet.plan.alpha(len(self.runs))
        alpha = self._unspent if last else planned
        if alpha is None:
            return self._judge_work()
        result = self._look(alpha)
        return self._ended(result) if last or _is_final(result) else None

    def _play_on_or_end(self) -> GateResult | None:
        """The result, unless more rounds are worth the time that was to be left over.

        Half of what is left of the promise is spent here, and the other half at the end.
        """
        result = self._look(self._unspent / 2)
        self.plays_on = not _is_final(result) and self._is_worth_more(result)
        if self.plays_on and self.rounds_left > 0:
            return None
        return self._ended(result)

    def _is_worth_more(self, result: GateResult) -> bool:
        """Whether something is suspected, or more rounds could make good what spoilt too many."""
        return (
            (self.duet.until_decided and result.outcome is Outcome.INVALID)
            or has_suspects(result)
            or _cost_probably_rose(result)
            or bool(late_steps([each.record.targets for each in self.runs]))
        )

    @property
    def _unspent(self) -> float:
        return self.duet.plan.budget - self.alpha

    def _look(self, alpha: float) -> GateResult:
        self.alpha += alpha
        self._keep_look(alpha / self.duet.policy.false_alarm_rate)
        self.result = conclude(self.runs, None, self.duet.policy, self.incidents)
        return self.result

    def _ended(self, result: GateResult) -> GateResult:
        if not self._out_of_time:
            return result
        return replace(result, findings=(self._timeout_finding(), *result.findings))

    def _judge_work(self) -> GateResult | None:
        """The result, if the rounds so far show already that work was added."""
        policy, alpha = self.duet.policy, dict(self.duet.plan.early).get(len(self.runs))
        if alpha is None or self.duet.load.alternate is not None:
            return None
        self.alpha += alpha
        rounds = [(each.sides[0], each.candidate) for each in self.runs]
        costs = compare_costs(rounds, policy, SHARE * alpha)
        if all(each.verdict is not Verdict.REGRESSED for each in costs):
            return None
        self._keep_look(alpha / policy.false_alarm_rate)
        result = conclude(self.runs, None, policy, self.incidents)
        return result if result.outcome is Outcome.REGRESSED else None

    def _keep_look(self, spent: float) -> None:
        """In the record of the last round, too: who judges these rounds later judges them alike."""
        one, names = self.runs[-1], tuple(each.record.run_id for each in self.runs)
        look = Look(runs=names, spent=spent, missed=self.duet.plan.miss_rate)
        self.runs[-1] = replace(one, record=one.record.model_copy(update={"look": look}))
        runs.write(Run(self.folders[-1], self.runs[-1].record))

    @property
    def _out_of_time(self) -> bool:
        undecided = self.result is not None and self.result.outcome is Outcome.INCONCLUSIVE
        left_over = int(self._left_over / self.duet.load.total_time)
        wanted = self.duet.max_rounds or self.duet.plan.rounds - len(self.duet.earlier.runs) - left_over
        return undecided and len(self._new_runs) < wanted

    @property
    def _new_runs(self) -> list[MeasuredRun]:
        return self.runs[len(self.duet.earlier.runs) :]

    def _end_with_dead_side(self, error: SideDiedError) -> GateResult:
        self._keep(incidents.side_died(str(error)))
        runs = self.runs or measure_recorded([self._folder], self.duet.source_of).runs
        return conclude(runs, None, self.duet.policy, self.incidents)

    def _end_with_failure(self, error: UserError) -> GateResult:
        if not self._new_runs:
            raise error
        self._keep(incidents.round_failed(self.number, str(error)))
        return conclude(self.runs, None, self.duet.policy, self.incidents)

    @property
    def _folder(self) -> Path:
        return round_folder(self.duet, self.number)

    def _keep(self, incident: Finding) -> None:
        """In the round's folder, too: who judges its rounds later must know of it."""
        incidents.keep(self._folder, incident)
        self.incidents.append(incident)

    def _skip_round(self, error: NotReadyError | OutOfTimeError) -> GateResult | None:
        """Go on without this round, if there is time and it was the first that began too slowly."""
        if self.rounds_left < 1 or isinstance(error, OutOfTimeError):
            if not self._new_runs:
                raise error
            return self._judge(last=True)
        if len(self.incidents) >= MAX_SLOW_STARTS:
            return self._end_with_failure(error)
        self._keep(incidents.slow_start(self.number, str(error)))
        self.narrator.warn(self.incidents[-1].message)
        return None

    def _announce_shortage(self) -> None:
        short = self._shortage()
        if short and short.operation not in self.announced_shortages:
            self.announced_shortages.add(short.operation)
            self.narrator.warn(short.describe())

    def _shortage(self) -> round_plan.Shortage | None:
        names = {name for each in self.costs for name in each.executions}
        needed = {name: self.duet.policy.of(name).min_samples for name in names}
        return round_plan.shortage(self.costs, needed, self.elapsed, self.remaining)

    def _timeout_finding(self) -> Finding:
        earlier = sum(each.seconds for each in self.costs[: len(self.duet.earlier.runs)])
        total = earlier + self.elapsed
        return Code.TIME_RAN_OUT.finding(spent=round_plan.describe_timeout(self.costs, total))


def round_cost(run: MeasuredRun, seconds: float, policy: Policy) -> RoundCost:
    """Executions of what is judged: of each operation on the side where there were fewer."""
    names = {name for side in run.sides for name in side.measurements if not policy.of(name).ignore}
    executions = {
        name: min(
            side.measurements[name].executions if name in side.measurements else 0 for side in run.sides
        )
        for name in names
    }
    return RoundCost(seconds, run.record.window.duration, executions)


def _is_final(result: GateResult) -> bool:
    """A cost that probably rose is worth the rounds that are left: it holds up a pass, and no regression."""
    if result.outcome is Outcome.INVALID:
        return is_permanent(result.findings)
    if result.outcome is Outcome.PASS and _cost_probably_rose(result):
        return False
    return is_decided(result.operations) or any(each.verdict is Verdict.REGRESSED for each in result.costs)


def _cost_probably_rose(result: GateResult) -> bool:
    undecided = (each for each in result.costs if each.verdict is Verdict.INCONCLUSIVE)
    return any(has_probably_risen(each.change.low, each.noise) for each in undecided)
