"""Arrivals come as often as was asked for, whoever shares them."""

from itertools import pairwise
from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests import shapes
from loadtests.arrivals import GAPS, Arrivals, Part
from loadtests.shapes import Shape, Stage

RAMP = Shape("ramp", (Stage(100.0, 0.0, 2.0), Stage(50.0, 2.0, 2.0)))
STEADY = Shape("steady", (Stage(100.0, 1.0, 1.0),))
KNOWN = shapes.load(shapes.BUILT_IN)
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
    assert len(moments) == pytest.approx(2000, abs=0 if kind == "constant" else 6 * sqrt(2000))
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


def shared(kind: str, processes: int, seed: int = 1) -> list[Arrivals]:
    """The same arrivals in several processes."""
    parts = [Arrivals(10.0, RAMP, GAPS[kind](Random(f"{seed}/{place}"))) for place in range(processes)]
    for place, part in enumerate(parts):
        part.part = Part(place, processes)
    return parts


@given(st.integers(1, 9))
def test_even_gaps_are_even_over_all_processes_together(processes: int) -> None:
    together = sorted(moment for part in shared("constant", processes) for moment in all_of(part))
    assert together == all_of(Arrivals(10.0, RAMP, GAPS["constant"](Random(1))))


@given(st.integers(2, 9), SEEDS)
def test_random_arrivals_of_all_processes_add_up_to_the_whole(processes: int, seed: int) -> None:
    together = sum(len(all_of(part)) for part in shared("poisson", processes, seed))
    assert together == pytest.approx(2000, abs=6 * sqrt(2000))


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 500))
def test_even_gaps_stay_even_when_the_number_of_processes_changes(
    before: int, after: int, moment: int
) -> None:
    """Each at the same moment; who was not there begins then."""
    whole = all_of(Arrivals(4.0, STEADY, GAPS["constant"](Random(1))))
    parts = shared_steady(max(before, after))
    first = []
    for place, part in enumerate(parts[:before]):
        part.part = Part(place, before)
        while (due := part.next()) is not None and due < moment / 5:
            first.append(due)
    second = []
    for place, part in enumerate(shared_steady(after)):
        part.skip_to(moment / 5)
        part.part = Part(place, after)
        second += all_of(part)
    assert sorted([*first, *second]) == whole


def shared_steady(processes: int) -> list[Arrivals]:
    return [Arrivals(4.0, STEADY, GAPS["constant"](Random(1))) for _ in range(processes)]


@pytest.mark.parametrize("kind", GAPS)
def test_who_comes_late_leaves_out_what_was_due_before(kind: str) -> None:
    arrivals = Arrivals(10.0, RAMP, GAPS[kind](Random(1)))
    arrivals.skip_to(50.0)
    assert min(all_of(arrivals)) >= 50


@pytest.mark.parametrize("name", KNOWN)
def test_every_stage_of_every_shape_brings_as_many_as_it_has_area(name: str) -> None:
    shape = KNOWN[name]
    moments = all_of(Arrivals(2.0, shape, GAPS["constant"](Random(1))))
    start = 0.0
    for stage in shape.stages:
        end = start + stage.seconds
        assert sum(start <= moment < end for moment in moments) == pytest.approx(2 * stage.area, abs=1)
        start = end
