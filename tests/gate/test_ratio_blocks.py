"""Blocks of two builds in turns: what a run says of them, and when they end."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mario_perf.capacity.capacity_ratio import KEEPS_UP, Block, Served
from mario_perf.capacity.ratio_search import NOISE, RatioRule
from mario_perf.errors import InvalidRunError
from mario_perf.gate.load_process import OutOfTimeError
from mario_perf.gate.ratio_blocks import LateBlockError, RatioSetup, play, read_block
from mario_perf.model import Verdict
from mario_perf.run_record import Alternation, RunRecord, Side, Turn
from tests.gate.duet_setup import LOAD, NOWHERE, SilentNarrator
from tests.simulated_runs import record, target

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PACE = 10.0
"""Seconds of a block, by the clock of these tests."""


def turns(side: Side, *seconds: float) -> list[Turn]:
    return [Turn(side=side, journeys=60, seconds=each) for each in seconds]


def run(
    baseline: Sequence[float], candidate: Sequence[float], failed: int = 0, *, broken: bool = False
) -> RunRecord:
    """Turns of half a second to which 60 journeys came, and how long each took."""
    played = (*turns("baseline", *baseline), *turns("candidate", *candidate))
    return record(
        target({"PlaceOrder": 100}, side="baseline", failed=100 * broken),
        target({"PlaceOrder": 100}, failed=failed),
        alternation=Alternation(seconds=0.5, turns=len(played), played=played),
    )


def test_a_build_that_takes_longer_than_its_turn_shows_what_it_can_do() -> None:
    block = read_block(run([0.5, 0.5], [1.0, 1.0]), 120.0)
    assert block == Block(120.0, Served(120.0, kept_up=True), Served(60.0, kept_up=False))


def test_a_turn_that_other_work_held_up_decides_nothing() -> None:
    block = read_block(run([0.5, 0.5, 0.5, 3.0], [0.5, 0.5, 0.5, 0.5]), 120.0)
    assert block.baseline.kept_up
    assert block.baseline == block.candidate


def test_what_failed_was_not_completed() -> None:
    block = read_block(run([0.5, 0.5], [0.5, 0.5], failed=40), 120.0)
    assert block.baseline == Served(120.0, kept_up=True)
    assert block.candidate.rate == pytest.approx(72.0)
    assert not block.candidate.kept_up


def test_a_baseline_that_fails_throughout_is_nothing_to_compare_with() -> None:
    with pytest.raises(InvalidRunError, match="every request to the baseline failed"):
        read_block(run([0.5, 0.5], [0.5, 0.5], broken=True), 120.0)


class Machine:
    """Plays blocks of two capacities; the load generator is late in the attempts that are named."""

    def __init__(self, baseline: float, candidate: float, late: Sequence[int] = ()) -> None:
        self.capacities = (baseline, candidate)
        self.late = late
        self.attempts: list[int] = []
        self.now = 0.0

    def play(self, _: RatioSetup, rate: float, number: int, __: object) -> Block:
        self.attempts.append(number)
        self.now += PACE
        if len(self.attempts) in self.late:
            raise LateBlockError("97% of its core, 80 ms late at p99")
        baseline, candidate = (
            Served(min(rate, each), kept_up=each * KEEPS_UP >= rate) for each in self.capacities
        )
        return Block(rate, baseline, candidate)

    def clock(self) -> float:
        return self.now


def setup(folder: Path, max_duration: float = 1000.0) -> RatioSetup:
    load = replace(LOAD, alternate=0.75, window=6.0)
    return RatioSetup(NOWHERE, NOWHERE, load, RatioRule(NOISE, 0.01), folder, max_duration)


def test_blocks_are_played_until_the_answer_is_known(tmp_path: Path) -> None:
    machine = Machine(100.0, 70.0)
    change = play(setup(tmp_path), 100.0, SilentNarrator(), machine.play, machine.clock)
    assert change.verdict is Verdict.REGRESSED
    assert len(change.blocks) == len(machine.attempts)
    assert len(set(machine.attempts)) == len(machine.attempts)


def test_no_block_begins_that_would_end_after_the_time(tmp_path: Path) -> None:
    machine = Machine(100.0, 94.0)
    change = play(setup(tmp_path, 25.0), 100.0, SilentNarrator(), machine.play, machine.clock)
    assert change.verdict is Verdict.INCONCLUSIVE
    assert machine.now == 2 * PACE


@pytest.mark.parametrize("ends_in", [1, 2])
def test_a_block_that_the_time_cuts_short_is_no_block(tmp_path: Path, ends_in: int) -> None:
    machine = Machine(100.0, 94.0)

    def play_one(played: RatioSetup, rate: float, number: int, narrator: object) -> Block:
        if len(machine.attempts) + 1 == ends_in:
            raise OutOfTimeError("the time was over in the turns")
        return machine.play(played, rate, number, narrator)

    change = play(setup(tmp_path), 100.0, SilentNarrator(), play_one, machine.clock)
    assert change.verdict is Verdict.INCONCLUSIVE
    assert len(change.blocks) == ends_in - 1
    assert "the time was over" in change.reason


def test_a_block_with_a_late_load_generator_is_played_again_and_says_nothing(tmp_path: Path) -> None:
    disturbed, calm = Machine(100.0, 70.0, late=[2, 4]), Machine(100.0, 70.0)
    found, expected = (
        play(setup(tmp_path), 100.0, SilentNarrator(), each.play, each.clock) for each in (disturbed, calm)
    )
    assert found == expected


def test_a_load_generator_that_is_late_twice_is_not_taken_for_the_builds(tmp_path: Path) -> None:
    machine = Machine(100.0, 70.0, late=[2, 3])
    with pytest.raises(InvalidRunError, match=r"load generator itself was too slow, twice \(97% of its core"):
        play(setup(tmp_path), 100.0, SilentNarrator(), machine.play, machine.clock)


def test_each_attempt_has_journeys_of_its_own(tmp_path: Path) -> None:
    machine = Machine(100.0, 70.0, late=[1])
    play(setup(tmp_path), 100.0, SilentNarrator(), machine.play, machine.clock)
    assert all(first < second for first, second in itertools.pairwise(machine.attempts))
