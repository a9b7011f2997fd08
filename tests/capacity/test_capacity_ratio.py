"""What blocks of two builds say of the ratio of their capacities."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mario_perf.capacity.capacity_ratio import (
    KEEPS_UP,
    Block,
    BlockCost,
    RatioPosterior,
    Served,
    better_guess,
    learn,
    next_rate,
    prior,
    recentre,
)

COST = BlockCost(fixed=4.0, turns=3.0)
FALSE_ALARMS = 0.01


def block(rate: float, baseline: float, candidate: float) -> Block:
    """Of two builds with these capacities, exactly."""
    return Block(rate, _served(rate, baseline), _served(rate, candidate))


def _served(rate: float, capacity: float) -> Served:
    return Served(min(rate, capacity), kept_up=capacity * KEEPS_UP >= rate)


def learned(*blocks: Block, guess: float = 100.0) -> RatioPosterior:
    known = prior(guess)
    for each in blocks:
        known = learn(known, each)
    return known


def test_before_any_block_every_ratio_is_possible() -> None:
    assert prior(100.0).interval(FALSE_ALARMS) == (-math.inf, math.inf)
    assert prior(100.0).median == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("ratio", [0.7, 0.9, 1.0, 1.2])
def test_builds_that_both_fall_behind_show_their_ratio(ratio: float) -> None:
    known = learned(*[block(200.0, 100.0, 100.0 * ratio)] * 12)
    low, high = known.interval(FALSE_ALARMS)
    assert low < math.log(ratio) < high
    assert known.median == pytest.approx(math.log(ratio), abs=0.02)
    assert known.capacity == pytest.approx(100.0, rel=0.05)


def test_a_machine_whose_speed_changes_for_both_builds_alike_does_not_change_the_ratio() -> None:
    speeds = (1.0, 0.95, 0.6, 0.62, 0.58, 1.05, 1.1, 1.0, 1.04, 0.97)
    known = learned(*(block(200.0, 100.0 * speed, 90.0 * speed) for speed in speeds))
    assert known.median == pytest.approx(math.log(0.9), abs=0.02)


def test_two_builds_that_keep_up_say_nothing_of_their_ratio() -> None:
    known = learned(*[block(60.0, 100.0, 50_000.0)] * 20)
    assert known.interval(FALSE_ALARMS) == (-math.inf, math.inf)


def test_one_that_keeps_up_where_the_other_falls_behind_is_the_faster_one() -> None:
    known = learned(*[block(120.0, 80.0, 140.0)] * 12)
    assert known.interval(FALSE_ALARMS)[0] > 0


def test_a_block_in_which_other_work_held_one_build_does_not_undo_the_others() -> None:
    calm = [block(200.0, 100.0, 100.0)] * 8
    disturbed = learned(*calm, block(200.0, 100.0, 55.0), *calm)
    assert disturbed.median == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize("capacity", [30.0, 5.0, 0.0])
def test_a_ratio_beyond_the_largest_counts_as_the_largest(capacity: float) -> None:
    low, high = learned(*[block(130.0, 100.0, capacity)] * 3).interval(FALSE_ALARMS)
    assert low == -math.inf
    assert high < math.log(0.8)


@settings(max_examples=15)
@given(st.floats(min_value=20, max_value=400), st.floats(min_value=0.6, max_value=1.6))
def test_which_build_is_called_the_baseline_turns_the_ratio_around(rate: float, ratio: float) -> None:
    ahead = learned(*[block(rate, 100.0, 100.0 * ratio)] * 4).median
    behind = learned(*[block(rate, 100.0 * ratio, 100.0)] * 4).median
    assert ahead == pytest.approx(-behind, abs=0.05)


def test_the_interval_narrows_with_blocks_and_widens_with_noise() -> None:
    def width(blocks: int, noise: float) -> float:
        random = Random(3)
        values = [math.exp(random.gauss(0, noise)) for _ in range(blocks)]
        low, high = learned(*(block(200.0, 100.0, 100.0 * each) for each in values)).interval(FALSE_ALARMS)
        return high - low

    assert width(24, 0.03) < width(8, 0.03)
    assert width(24, 0.03) < width(24, 0.12)


def test_the_next_rate_is_one_at_which_both_builds_fall_behind() -> None:
    known = learned(*[block(200.0, 100.0, 90.0)] * 6)
    assert 100.0 < next_rate(known, COST) < 200.0


def test_a_rate_that_takes_longer_than_it_tells_is_not_chosen() -> None:
    known = learned(*[block(200.0, 100.0, 100.0)] * 6)
    assert next_rate(known, BlockCost(0.0, 100.0)) <= next_rate(known, BlockCost(1000.0, 0.1))


@pytest.mark.parametrize(
    ("played", "guess"),
    [
        (block(160.0, 500.0, 400.0), 200.0),
        (block(110.0, 500.0, 400.0), None),
        (block(300.0, 40.0, 50.0), 40.0),
        (block(300.0, 90.0, 50.0), None),
    ],
)
def test_a_guess_that_was_far_off_is_replaced(played: Block, guess: float | None) -> None:
    assert better_guess(prior(100.0), played) == guess


def test_a_better_guess_keeps_what_is_known_of_the_ratio() -> None:
    known = learned(*[block(200.0, 100.0, 80.0)] * 6)
    moved = recentre(known, 400.0)
    assert moved.interval(FALSE_ALARMS) == pytest.approx(known.interval(FALSE_ALARMS))
    assert moved.capacity == pytest.approx(400.0, rel=0.02)
