"""Arrivals come as often as was asked for, whoever shares them."""

from itertools import pairwise
from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.arrivals import GAPS, Arrivals
from loadtests.shapes import Shape, Stage

RAMP = Shape("ramp", (Stage(100.0, 0.0, 2.0), Stage(50.0, 2.0, 2.0)))
STEADY = Shape("steady", (Stage(100.0, 1.0, 1.0),))
SEEDS = st.integers(0, 10_000)


def all_of(arrivals: Arrivals) -> list[float]:
    moments = []
    while (moment := arrivals.next()) is not None:
        moments.append(moment)
    return moments


@pytest.mark.parametrize("kind", GAPS)
@given(seed=SEEDS)
def test_there_are_as_many_as_rate_and_shape_say(kind: str, seed: int) -> None:
    """200 units of area at 10 a second: exactly as many with even gaps, within chance if they are random."""
    moments = all_of(Arrivals(10.0, RAMP, GAPS[kind](Random(seed))))
    assert len(moments) == pytest.approx(2000, abs=1 if kind == "constant" else 6 * sqrt(2000))
    assert all(0 <= earlier <= later < RAMP.seconds for earlier, later in pairwise(moments))


@given(SEEDS)
def test_they_follow_the_shape(seed: int) -> None:
    """In the ramp's first half lies a quarter of its area."""
    moments = all_of(Arrivals(10.0, RAMP, GAPS["poisson"](Random(seed))))
    assert sum(moment < 50 for moment in moments) == pytest.approx(250, abs=6 * sqrt(250))


def test_even_gaps_are_even() -> None:
    moments = all_of(Arrivals(4.0, STEADY, GAPS["constant"](Random(1))))
    assert [later - earlier for earlier, later in pairwise(moments)] == pytest.approx(
        [0.25] * (len(moments) - 1)
    )


def test_random_gaps_are_exponential() -> None:
    """Mean and standard deviation of an exponential distribution are the same."""
    moments = all_of(Arrivals(100.0, STEADY, GAPS["poisson"](Random(1))))
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    mean = sum(gaps) / len(gaps)
    deviation = sqrt(sum((gap - mean) ** 2 for gap in gaps) / len(gaps))
    assert mean == pytest.approx(0.01, rel=0.05)
    assert deviation == pytest.approx(mean, rel=0.05)


@given(st.lists(st.floats(0.05, 1), min_size=2, max_size=6), SEEDS)
def test_shares_add_up_to_the_whole(weights: list[float], seed: int) -> None:
    shares = [weight / sum(weights) for weight in weights]
    parts = [
        Arrivals(20.0, STEADY, GAPS["constant"](Random(f"{seed}/{index}")), share)
        for index, share in enumerate(shares)
    ]
    assert sum(len(all_of(part)) for part in parts) == pytest.approx(2000, abs=len(parts))


def test_a_share_may_change_on_the_way() -> None:
    arrivals = Arrivals(10.0, STEADY, GAPS["constant"](Random(1)), share=0.5)
    first = [arrivals.next() for _ in range(250)]
    assert first[-1] == pytest.approx(50, abs=0.2)
    arrivals.share = 1.0
    assert len(all_of(arrivals)) == pytest.approx(500, abs=2)


def test_without_a_share_none_are_due() -> None:
    assert Arrivals(10.0, STEADY, GAPS["constant"](Random(1)), share=0.0).next() is None


@pytest.mark.parametrize("kind", GAPS)
def test_who_comes_late_leaves_out_what_was_due_before(kind: str) -> None:
    arrivals = Arrivals(10.0, RAMP, GAPS[kind](Random(1)))
    arrivals.skip_to(50.0)
    assert min(all_of(arrivals)) >= 50


def test_processes_with_even_gaps_do_not_fire_at_the_same_moment() -> None:
    starts = [GAPS["constant"](Random(f"1/{index}")) for index in range(5)]
    assert len({start() for start in starts}) == 5
