import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mario_perf.run_record import Span
from mario_perf.sources.counters import Edges, apportion, around, increase, inside

TIMES = np.array([0.0, 10.0, 20.0, 30.0])


@given(arrays(np.int64, st.tuples(st.integers(1, 20), st.integers(1, 4)), elements=st.integers(0, 10**9)))
def test_an_increase_is_never_negative(counters: np.ndarray) -> None:
    assert (increase(counters) >= 0).all()


@given(arrays(np.int64, (9, 3), elements=st.integers(0, 10**9)))
def test_increases_of_a_growing_counter_add_up_to_its_growth(steps: np.ndarray) -> None:
    counters = steps.cumsum(axis=0)
    assert (increase(counters).sum(axis=0) == counters[-1] - counters[0]).all()


def test_a_counter_that_fell_has_counted_its_new_value() -> None:
    assert increase(np.array([5, 9, 2, 4])).tolist() == [4, 2, 2]


@given(st.integers(0, 10**6), arrays(np.int64, st.integers(1, 20), elements=st.integers(0, 10**6)))
def test_what_is_apportioned_adds_up_and_is_nowhere_off_by_more_than_one(
    total: int, weights: np.ndarray
) -> None:
    parts = apportion(total, weights)
    assert parts.sum() == total
    assert (parts >= 0).all()
    if weights.any():
        assert (np.abs(parts - total * weights / weights.sum()) <= 1).all()


def test_around_takes_the_nearest_scrapes_outside() -> None:
    assert around(TIMES, Span(start=12.0, end=18.0)) == Edges(1, 2)
    assert around(TIMES, Span(start=10.0, end=20.0)) == Edges(1, 2)


def test_around_takes_what_there_is_where_the_span_sticks_out() -> None:
    assert around(TIMES, Span(start=-5.0, end=99.0)) == Edges(0, 3)


def test_inside_leaves_out_what_the_edges_cut() -> None:
    assert inside(TIMES, Span(start=5.0, end=25.0)) == Edges(1, 2)
    assert inside(TIMES, Span(start=10.0, end=20.0)) == Edges(1, 2)


def test_inside_is_nothing_where_no_scrape_fits() -> None:
    assert inside(TIMES, Span(start=12.0, end=18.0)) == Edges(2, 2)
    assert inside(TIMES, Span(start=40.0, end=50.0)) == Edges(3, 3)
