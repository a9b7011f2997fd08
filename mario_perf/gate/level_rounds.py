"""Rounds of both builds in turns, each at one level of load; all levels in random order, and again."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mario_perf import figures, runs
from mario_perf.errors import InvalidRunError, UserError
from mario_perf.gate import duet, offered_rate, parts
from mario_perf.gate.load_process import OutOfTimeError, SideDiedError
from mario_perf.judgement.level_combination import judge_levels
from mario_perf.validity import incidents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mario_perf.gate.duet import Duet
    from mario_perf.gate.load_levels import Levels
    from mario_perf.gate.load_process import LoadPlan
    from mario_perf.gate.sides import Serving
    from mario_perf.measurement.measured_run import MeasuredRun
    from mario_perf.model import Finding, GateResult
    from mario_perf.reports.progress import Narrator

    Play = Callable[[Duet, int, Narrator], MeasuredRun]

WINDOW: Final = 4.8
"""Seconds of turns in a round, both builds together: short, so that each level has several rounds."""


@dataclass(frozen=True, slots=True)
class LevelsPlan:
    """What is played: both builds, the baseline by itself, and at which levels."""

    duet: Duet
    baseline: Serving
    levels: Levels
    clock_start: float  # of the gate, by the monotonic clock

    @property
    def end(self) -> float:
        """When all rounds have to be over, by the same clock."""
        return self.clock_start + self.duet.max_duration


def play(
    plan: LevelsPlan,
    narrator: Narrator,
    play_one: Play = duet.play_round,
    clock: Callable[[], float] = time.monotonic,
) -> GateResult:
    """Play rounds until no further block of all levels fits into the time, and judge them once.

    Raises:
        InvalidRunError: a side died before anything was measured, or the baseline by itself.
        UserError: the baseline's capacity cannot be found, or nothing could be measured.
    """
    capacity = _find_capacity(plan, narrator) if plan.levels.shares else None
    rounds = _Rounds(plan, narrator, play_one, clock)
    for block in _blocks(plan.levels.rates(capacity), plan.duet.load.seed):
        if not rounds.play_block(block):
            break
    return judge_levels(rounds.runs, plan.duet.policy, rounds.incidents, capacity)


def _find_capacity(plan: LevelsPlan, narrator: Narrator) -> float:
    whole = plan.duet
    narrator.say("finding what the baseline can carry, to load both builds with shares of it")
    folder = whole.folder / runs.CAPACITY
    try:
        return offered_rate.find(whole.load, 1.0, plan.baseline, folder, narrator.tick)
    except SideDiedError as error:
        raise InvalidRunError(f"the baseline's capacity was not found: {error}") from error


def _blocks(rates: tuple[float, ...], seed: int) -> Iterator[list[float]]:
    """All levels, in a new order for each block: so what drifts is the same for each level."""
    stream = random.Random(seed)  # noqa: S311 - an order, not a secret
    while True:
        yield stream.sample(rates, len(rates))


class _Rounds:
    """What was played so far."""

    def __init__(
        self, plan: LevelsPlan, narrator: Narrator, play_one: Play, clock: Callable[[], float]
    ) -> None:
        self.runs: list[MeasuredRun] = []
        self.incidents: list[Finding] = []
        self._plan = plan
        self._narrator = narrator
        self._play_one = play_one
        self._clock = clock
        self._number = 0
        self._blocks = 0
        self._longest = 0.0  # seconds that a block took

    def play_block(self, rates: list[float]) -> bool:
        """A round at each of the rates; whether there may be another block."""
        begun, most = self._clock(), self._plan.duet.max_rounds
        if self._blocks and (begun + self._longest > self._plan.end or self._blocks == most):
            return False
        if not all(self._play(rate) for rate in rates):
            return False
        self._blocks += 1
        self._longest = max(self._longest, self._clock() - begun)
        return True

    def _play(self, rate: float) -> bool:
        """Whether it could be played. What ended it is kept, except that the time was over."""
        self._number += 1
        self._narrator.say(f"under load, {figures.number(rate)} journeys/s: round {self._number}")
        setup = replace(self._plan.duet, load=self._load(rate))
        try:
            self.runs.append(self._play_one(setup, self._number, self._narrator))
        except UserError as error:
            if not self.runs:
                raise
            if isinstance(error, SideDiedError):
                self._keep(setup, incidents.side_died(str(error)))
            elif not isinstance(error, OutOfTimeError):
                self._keep(setup, incidents.round_failed(self._number, str(error)))
        else:
            return True
        return False

    def _keep(self, setup: Duet, incident: Finding) -> None:
        incidents.keep(duet.round_folder(setup, self._number), incident)
        self.incidents.append(incident)

    def _load(self, rate: float) -> LoadPlan:
        users = max(offered_rate.USERS, offered_rate.users_in_turns(rate, parts.TURN))
        load = parts.in_turns(self._plan.duet.load, rate, users, WINDOW)
        return replace(load, deadline=self._plan.end)
