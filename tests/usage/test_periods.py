"""Spans of time in equal parts."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.usage.periods import MAX_PERIODS, periods


@given(st.floats(60, 1e8), st.integers(10**9, 2 * 10**9))
def test_periods_are_equal_adjacent_and_cover_the_length_up_to_the_end(length: float, end: int) -> None:
    found = periods(length, float(end))
    assert found[-1].end == end
    assert all(one.end == other.start for one, other in pairwise(found))
    assert len({period.duration for period in found}) == 1
    assert end - found[0].start >= length
    assert len(found) <= MAX_PERIODS


@pytest.mark.parametrize(
    ("length", "each", "count"),
    [(60, 60, 1), (1800, 300, 6), (86400, 3600, 24), (7 * 86400, 6 * 3600, 28), (90 * 86400, 4 * 86400, 23)],
)
def test_their_length_is_one_that_people_count_in(length: float, each: float, count: int) -> None:
    found = periods(length, 1e9)
    assert (found[0].duration, len(found)) == (each, count)
