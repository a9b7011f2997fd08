"""Arrivals keep their rate, and processes share them without loss."""

from itertools import pairwise
from math import sqrt
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mario_perf.load.arrivals import shapes
from mario_perf.load.arrivals.arrival_schedule import GAPS, ArrivalSchedule, Share
from mario_perf.load.arrivals.shapes import Shape, Stage

RAMP = Shape("ramp", (Stage(100.0, 0.0, 2.0), Stage(50.0, 2.0, 2.0)))
STEADY = Shape("steady", (Stage(100.0, 1.0, 1.0),))
KNOWN = shapes.load(shapes.BUILT_IN)
SEEDS = st.integers(0, 10_000)


def all_of(arrivals: ArrivalSchedule) -> list[float]:
    moments = []
    while (moment := arrivals.peek()) is not None:
        moments.append(moment)
        arrivals.pop()
    return moments


def following(arrivals: ArrivalSchedule, count: int) -> list[float]:
    moments = []
    for _ in range(count):
        moment = arrivals.peek()
        assert moment is not None
        moments.append(moment)
        arrivals.pop()
    return moments


@pytest.mark.parametrize("kind", GAPS)
@given(seed=SEEDS)
def test_rate_and_shape_set_the_number_of_arrivals(kind: str, seed: int) -> None:
    """200 units of area at 10 a second: exactly as many with even gaps, within chance if they are random."""
    moments = all_of(ArrivalSchedule(10.0, RAMP, GAPS[kind](Random(seed))))
    assert len(moments) == pytest.approx(2000, abs=0 if kind == "constant" else 6 * sqrt(2000))
    assert all(0 <= earlier <= later < RAMP.seconds for earlier, later in pairwise(moments))


@given(SEEDS)
def test_arrivals_follow_the_shape(seed: int) -> None:
    """In the ramp's first half lies a quarter of its area."""
    moments = all_of(ArrivalSchedule(10.0, RAMP, GAPS["poisson"](Random(seed))))
    assert sum(moment < 50 for moment in moments) == pytest.approx(250, abs=6 * sqrt(250))


def test_even_gaps_are_even() -> None:
    moments = all_of(ArrivalSchedule(4.0, STEADY, GAPS["constant"](Random(1))))
    assert [later - earlier for earlier, later in pairwise(moments)] == pytest.approx(
        [0.25] * (len(moments) - 1)
    )


def test_random_gaps_are_exponential() -> None:
    """Mean and standard deviation of an exponential distribution are the same."""
    moments = all_of(ArrivalSchedule(100.0, STEADY, GAPS["poisson"](Random(1))))
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    mean = sum(gaps) / len(gaps)
    deviation = sqrt(sum((gap - mean) ** 2 for gap in gaps) / len(gaps))
    assert mean == pytest.approx(0.01, rel=0.05)
    assert deviation == pytest.approx(mean, rel=0.05)


def shared(kind: str, processes: int, seed: int = 1) -> list[ArrivalSchedule]:
    """The same arrivals in several processes."""
    parts = [ArrivalSchedule(10.0, RAMP, GAPS[kind](Random(f"{seed}/{index}"))) for index in range(processes)]
    for index, part in enumerate(parts):
        part.set_share(Share(index, processes), 0.0)
    return parts


@given(st.integers(1, 9))
def test_even_gaps_are_even_over_all_processes_together(processes: int) -> None:
    together = sorted(moment for part in shared("constant", processes) for moment in all_of(part))
    assert together == all_of(ArrivalSchedule(10.0, RAMP, GAPS["constant"](Random(1))))


@given(st.integers(2, 9), SEEDS)
def test_random_arrivals_of_all_processes_add_up_to_the_whole(processes: int, seed: int) -> None:
    together = sum(len(all_of(part)) for part in shared("poisson", processes, seed))
    assert together == pytest.approx(2000, abs=6 * sqrt(2000))


MOST = 5
CHANGES = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 600).map(lambda quarters: quarters / 4), st.floats(0, 150)),
        st.permutations(range(MOST)),
        st.integers(1, MOST),
        st.lists(st.floats(0, 30), min_size=MOST, max_size=MOST),
    ),
    max_size=6,
).map(lambda changes: sorted(changes, key=lambda change: change[0]))
"""From a moment on, some processes share arrivals in this order, with this much notice each."""

Change = tuple[float, list[int], int, list[float]]


def given_by(process: int, arrivals: ArrivalSchedule, changes: list[Change]) -> list[float]:
    """The arrivals of one process with notice of each change. The first process starts with all of them."""
    arrivals.set_share(Share() if process == 0 else None, 0.0)
    moments, noticed = [], 0.0
    for moment, order, sharing, notice in changes:
        noticed = max(noticed, moment - notice[process])
        while (due := arrivals.peek()) is not None and due <= noticed:
            moments.append(due)
            arrivals.pop()
        index = order.index(process)
        arrivals.set_share(Share(index, sharing) if index < sharing else None, moment)
    return moments + all_of(arrivals)


def given_by_all(kind: str, changes: list[Change], seed: int = 1) -> list[float]:
    processes = [ArrivalSchedule(10.0, RAMP, GAPS[kind](Random(f"{seed}/{index}"))) for index in range(MOST)]
    return sorted(due for index, each in enumerate(processes) for due in given_by(index, each, changes))


@given(CHANGES)
def test_even_gaps_stay_even_when_shares_change(changes: list[Change]) -> None:
    """The notice that each process gets makes no difference."""
    assert given_by_all("constant", changes) == all_of(
        ArrivalSchedule(10.0, RAMP, GAPS["constant"](Random(1)))
    )


@given(CHANGES, SEEDS)
def test_random_arrivals_keep_their_rate_when_shares_change(changes: list[Change], seed: int) -> None:
    moments = given_by_all("poisson", changes, seed)
    assert len(moments) == pytest.approx(2000, abs=6 * sqrt(2000))
    assert sum(moment < 50 for moment in moments) == pytest.approx(250, abs=6 * sqrt(250))


def test_a_late_change_of_share_continues_after_the_last_arrival() -> None:
    arrivals = ArrivalSchedule(4.0, STEADY, GAPS["constant"](Random(1)))
    given = following(arrivals, 4)
    arrivals.set_share(Share(0, 2), 0.3)
    assert [*given, *following(arrivals, 2)] == [0.125, 0.375, 0.625, 0.875, 1.125, 1.625]


@pytest.mark.parametrize("kind", GAPS)
@given(st.floats(0, 150), st.floats(0, 150), SEEDS)
def test_due_arrivals_count_whether_taken_or_not(kind: str, moment: float, until: float, seed: int) -> None:
    arrivals, same = (ArrivalSchedule(1.0, RAMP, GAPS[kind](Random(seed))) for _ in range(2))
    moments = all_of(same)
    assume(all(abs(due - edge) > 1e-6 for due in moments for edge in (moment, until)))  # by rounding either
    while (due := arrivals.peek()) is not None and due < until:
        arrivals.pop()
    counted = arrivals.count(max(moment, until))
    assert counted == sum(due < max(moment, until) for due in moments)
    assert counted == arrivals.count(until) + len([due for due in moments if until <= due < moment])
    assert all_of(arrivals) == [due for due in moments if due >= until]


@pytest.mark.parametrize("kind", GAPS)
def test_a_late_process_skips_earlier_arrivals(kind: str) -> None:
    arrivals = ArrivalSchedule(10.0, RAMP, GAPS[kind](Random(1)))
    arrivals.skip_to(50.0)
    assert min(all_of(arrivals)) >= 50


@pytest.mark.parametrize("name", KNOWN)
def test_arrivals_follow_the_area_of_each_stage(name: str) -> None:
    shape = KNOWN[name]
    moments = all_of(ArrivalSchedule(2.0, shape, GAPS["constant"](Random(1))))
    start = 0.0
    for stage in shape.stages:
        end = start + stage.seconds
        assert sum(start <= moment < end for moment in moments) == pytest.approx(2 * stage.area, abs=1)
        start = end
