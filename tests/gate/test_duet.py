"""A duet in virtual time: rounds that take as long as they are told, and no process."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mario_perf.builds.processes import NotReadyError
from mario_perf.configuration.policy import Policy, Thresholds
from mario_perf.errors import InvalidRunError, UserError
from mario_perf.gate.duet import Duet, play
from mario_perf.gate.load_process import OutOfTimeError
from mario_perf.model import GateResult, Outcome
from mario_perf.run_record import Span, StepCounts, TargetRecord
from tests.gate.duet_setup import duet_setup
from tests.judgement.test_cost_results import side as cost_side
from tests.judgement.test_round_selection import round_

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mario_perf.measurement.measured_run import MeasuredRun

NOT_READY = NotReadyError("candidate did not answer at http://127.0.0.1:2/ready within 60 s")
UNDECIDED = Policy(thresholds=Thresholds(min_samples=1_000_000))
"""No number of rounds is enough."""


@dataclass
class World:
    """What each round takes, in seconds besides its window; or how it fails, after a minute."""

    rounds: Sequence[float | UserError]
    late: float | None = None
    now: float = 1000.0
    said: list[str] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def say(self, text: str) -> None:
        self.said.append(text)

    def warn(self, text: str) -> None:
        self.said.append(text)

    def tick(self) -> None:
        pass

    def play_one(self, duet: Duet, number: int, narrator: object) -> MeasuredRun:  # noqa: ARG002
        each = self.rounds[min(number, len(self.rounds)) - 1]
        if isinstance(each, UserError):
            self.now += 60.0
            raise each
        self.now += each + duet.load.window
        if self.now > duet.load.deadline:
            self.now = duet.load.deadline
            raise OutOfTimeError("the time was over")
        one = round_(number)
        window = Span(start=0.0, end=duet.load.window)
        targets = () if self.late is None else waiting(self.late)
        return replace(one, record=one.record.model_copy(update={"window": window, "targets": targets}))


def waiting(seconds: float) -> tuple[TargetRecord, ...]:
    """The candidate's menu was waited for that long, twice."""
    baseline = StepCounts(step="menu", operation="GetMenuQuery", started=2, fastest=0.001, slowest=0.002)
    candidate = baseline.model_copy(update={"fastest": seconds, "slowest": seconds})
    return tuple(
        TargetRecord(side=side, url="u", metrics_url="m", whole_run=(step,), in_window=(step,))
        for side, step in (("baseline", baseline), ("candidate", candidate))
    )


Play = Callable[..., GateResult]


@pytest.fixture
def played(tmp_path: Path) -> Play:
    def play_in(
        world: World, longest: float = 180.0, policy: Policy = UNDECIDED, left_over: float = 0.0
    ) -> GateResult:
        duet = replace(duet_setup(tmp_path, policy, max_duration=longest), left_over=left_over)
        return play(duet, world, world.play_one, world.clock)

    return play_in


@pytest.mark.parametrize("rounds", [[5.0], [20.0], [5.0, 5.0, 40.0], [5.0, 60.0, 5.0]])
@pytest.mark.parametrize("longest", [60.0, 150.0, 300.0])
def test_a_gate_never_takes_longer_than_it_may_and_uses_its_time(
    played: Play, rounds: list[float], longest: float
) -> None:
    world = World(rounds)
    result = played(world, longest)
    took = world.now - 1000.0
    assert took <= longest
    assert took > longest / 2
    assert result.outcome is Outcome.INCONCLUSIVE


@dataclass
class Leaking(World):
    """Each execution of the candidate keeps so many bytes; where the memory comes from varies by round."""

    bytes_kept: float = 0.0
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def play_one(self, duet: Duet, number: int, narrator: object) -> MeasuredRun:
        one = super().play_one(duet, number, narrator)
        kept = self.bytes_kept * self.random.normal(1.0, 0.3)
        costs = [cost_side(self.random, leak=leak).costs for leak in (0.0, kept)]
        sides = (replace(side, costs=own) for side, own in zip(one.sides, costs, strict=True))
        return replace(one, sides=tuple(sides))


def test_a_cost_that_probably_rose_is_played_on_until_it_is_known(played: Play) -> None:
    policy = Policy()
    steady, leaking = Leaking([3.0]), Leaking([3.0], bytes_kept=800.0)
    assert played(steady, policy=policy).outcome is Outcome.PASS
    found = played(leaking, policy=policy)
    assert found.outcome is Outcome.REGRESSED
    assert found.sentence.startswith("Growth of memory rose from 177 kB to 909 kB a 1,000 executions")
    assert leaking.now > steady.now


def test_time_for_what_follows_is_left_over_unless_something_is_suspected(played: Play) -> None:
    """The leak is suspected by when 120 of 180 seconds are to be left over."""
    nothing = World([3.0])
    assert played(nothing, left_over=120.0).outcome is Outcome.INCONCLUSIVE
    assert 45.0 < nothing.now - 1000.0 <= 60.0
    leaking = Leaking([3.0], bytes_kept=300.0)
    played(leaking, policy=Policy(thresholds=Thresholds(min_samples=1_000_000)), left_over=120.0)
    assert leaking.now - 1000.0 > 60.0


def test_the_rounds_that_are_left_are_told_by_how_long_rounds_take_now(played: Play) -> None:
    world = World([36.3])
    played(world, 200.0)
    announced = [said for said in world.said if said.startswith("round ")]
    assert announced[:2] == ["round 1/29", "round 2/5"]
    assert announced[3] == "round 4/5 · 1 open"


def test_rounds_grow_with_what_a_start_costs(played: Play) -> None:
    result = played(World([20.0]), 300.0)
    lengths = [run.window.duration for run in result.runs]
    assert lengths[0] == pytest.approx(3.7)
    assert all(length == pytest.approx(14.0) for length in lengths[1:])


def test_one_slow_start_is_told_and_does_not_end_a_gate(played: Play) -> None:
    world = World([5.0, NOT_READY, 5.0])
    result = played(world)
    announced = [found for said in world.said if (found := re.match(r"round (\d+)/(\d+)", said))]
    assert all(int(found[1]) <= int(found[2]) for found in announced)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert len(result.runs) > 5
    (told,) = [finding for finding in result.findings if finding.code == "slow-start"]
    assert told.message.startswith("round 2 was left out: candidate did not answer")


def test_a_side_that_starts_too_slowly_twice_ends_it(played: Play) -> None:
    result = played(World([5.0, NOT_READY, NOT_READY]), 600.0)
    assert result.outcome is Outcome.INVALID
    assert "round 3 failed: candidate did not answer" in result.sentence


def test_a_gate_whose_time_ran_out_says_so_with_the_flags_that_help(played: Play) -> None:
    result = played(World([20.0]))
    (told,) = [finding for finding in result.findings if finding.code == "time-ran-out"]
    assert "--round-duration" in told.message
    assert [step for step in result.next_steps if "--max-duration" in step or "an hour" in step]


def test_what_is_to_be_expected_is_told_after_the_first_round(played: Play) -> None:
    world = World([5.0])
    played(world, policy=Policy(thresholds=Thresholds(min_samples=50_000)))
    assert "of the 50000 executions that a verdict needs: give --max-duration 4" in world.said[1]
    assert sum("executions that a verdict needs" in said for said in world.said) == 1


def test_no_time_for_a_single_round_is_a_run_that_cannot_be_judged(played: Play) -> None:
    with pytest.raises(InvalidRunError, match="time was over"):
        played(World([100.0]), 60.0)


def test_a_candidate_that_answers_late_is_red_after_two_rounds(played: Play) -> None:
    result = played(World([60.0], late=5.0))
    assert result.outcome is Outcome.REGRESSED
    assert len(result.runs) == 2
    assert result.sentence.startswith("menu (GetMenuQuery): each of 4 requests took 5 s or more")
    assert [each.operation.name for each in result.operations if each.verdict == "regressed"] == [
        "GetMenuQuery"
    ]


def test_one_late_round_and_no_time_for_another_names_the_step_and_is_not_red(played: Play) -> None:
    result = played(World([100.0], late=5.0))
    assert result.outcome is Outcome.INCONCLUSIVE
    (told,) = [finding for finding in result.findings if finding.code == "late-answers"]
    assert told.message.startswith("menu (GetMenuQuery): each of 2 requests took 5 s or more")
