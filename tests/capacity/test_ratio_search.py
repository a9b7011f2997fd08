"""The search for the ratio of two capacities: when it ends, and what it says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from mario_perf.capacity.capacity_ratio import KEEPS_UP, Block, BlockCost, Served
from mario_perf.capacity.ratio_search import EXCLUDED_DROP, NOISE, RatioRule, search
from mario_perf.model import Verdict

if TYPE_CHECKING:
    from mario_perf.capacity.ratio_search import RatioChange

RULE = RatioRule(NOISE, 0.01)
MOST = 60


def compared(baseline: float, candidate: float, guess: float = 100.0, most: int = MOST) -> RatioChange:
    """Builds with these capacities, at the rates that the search asks for."""
    running = search(RULE, guess, BlockCost(4.0, 3.0))
    rate = next(running)
    for number in range(most + 1):
        sides = (
            Served(min(rate, capacity), kept_up=capacity * KEEPS_UP >= rate)
            for capacity in (baseline, candidate)
        )
        try:
            rate = running.send(Block(rate, *sides) if number < most else None)
        except StopIteration as ended:
            change: RatioChange = ended.value
            return change
    raise AssertionError("a search that is told that the time is over ends")


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.2, -0.04, Verdict.REGRESSED),
        (-0.2, -0.03, Verdict.INCONCLUSIVE),
        (-math.inf, -0.5, Verdict.REGRESSED),
        (-0.1, 0.1, Verdict.UNCHANGED),
        (-0.11, 0.1, Verdict.INCONCLUSIVE),
        (0.04, math.inf, Verdict.IMPROVED),
        (-math.inf, math.inf, Verdict.INCONCLUSIVE),
    ],
)
def test_only_an_interval_that_decides_is_a_verdict(low: float, high: float, verdict: Verdict) -> None:
    assert RULE.verdict(low, high) is verdict


@pytest.mark.parametrize(
    ("candidate", "verdicts"),
    [
        (100.0, {Verdict.UNCHANGED}),
        (85.0, {Verdict.REGRESSED}),
        (10.0, {Verdict.REGRESSED}),
        (140.0, {Verdict.UNCHANGED, Verdict.IMPROVED}),
    ],
)
def test_the_search_ends_when_the_answer_is_known(candidate: float, verdicts: set[Verdict]) -> None:
    change = compared(100.0, candidate)
    assert change.verdict in verdicts
    assert len(change.blocks) < MOST


def test_a_larger_change_needs_fewer_blocks() -> None:
    assert len(compared(100.0, 60.0).blocks) < len(compared(100.0, 88.0).blocks)


@pytest.mark.parametrize("capacity", [4.0, 30.0, 900.0])
def test_a_guess_that_was_far_off_is_found_out(capacity: float) -> None:
    change = compared(capacity, 0.8 * capacity)
    assert change.verdict is Verdict.REGRESSED
    assert change.capacity == pytest.approx(capacity, rel=0.2)


def test_a_regression_says_how_much_and_beyond_what() -> None:
    change = compared(100.0, 80.0)
    assert change.low < -0.2 < change.high < -NOISE
    assert change.reason == "more than the noise of 3%"


def test_a_pass_says_what_it_rules_out() -> None:
    change = compared(100.0, 100.0)
    assert change.low > -EXCLUDED_DROP
    assert change.reason == "a drop of 10% is ruled out"


def test_time_that_is_over_says_what_would_have_been_enough() -> None:
    change = compared(100.0, 85.0, most=2)
    assert change.verdict is Verdict.INCONCLUSIVE
    assert "would be enough: give a longer --max-duration" in change.reason


def test_time_that_is_over_before_anything_is_known_asks_for_more_of_it() -> None:
    change = compared(100.0, 100.0, most=0)
    assert change.reason == "the time was over; give a longer --max-duration, or use a calmer machine"
    assert (change.low, change.high) == (-1.0, math.inf)


def test_a_pass_rules_out_no_less_than_the_noise() -> None:
    assert RatioRule(0.2, 0.01).excluded_drop == 0.2
