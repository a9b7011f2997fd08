from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.charts import distribution
from reports.charts.frame import HEIGHT, LEFT, RIGHT, TOP, WIDTH
from tests.reports import samples

BOUNDS = samples.BOUNDS.tolist()


def coordinates(data: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([-\d.]+) ([-\d.]+)", data)]


def test_shares_of_each_side_sum_to_one() -> None:
    filled = distribution.buckets(BOUNDS, samples.operations()[0])
    assert sum(one.baseline for one in filled) == pytest.approx(1)
    assert sum(one.candidate for one in filled) == pytest.approx(1)


def test_steps_stand_exactly_on_the_bounds_of_their_buckets() -> None:
    one = samples.operations()[0]
    filled = distribution.buckets(BOUNDS, one)
    chart = distribution.draw(one, filled)
    assert chart is not None
    edges = sorted({x for x, _ in coordinates(chart.paths[0].data)})
    bounds = [filled[0].low, *(bucket.high for bucket in filled)]
    span = math.log(bounds[-1] / bounds[0])
    expected = [LEFT + (WIDTH - LEFT - RIGHT) * math.log(bound / bounds[0]) / span for bound in bounds]
    assert edges == pytest.approx(expected, abs=0.06)


def test_without_a_request_there_is_no_chart() -> None:
    one = samples.without_data()
    filled = distribution.buckets(BOUNDS, one)
    assert filled == ()
    assert distribution.draw(one, filled) is None


def test_a_side_that_does_not_exist_is_drawn_as_nothing() -> None:
    one = samples.one_sided()
    filled = distribution.buckets(BOUNDS, one)
    assert sum(bucket.baseline for bucket in filled) == 0
    assert distribution.draw(one, filled) is not None


def test_the_open_ended_buckets_are_named_for_what_they_are() -> None:
    first, last = distribution.Bucket(0.0, 1e-4, 1, 0), distribution.Bucket(10.0, math.inf, 0, 1)
    assert (first.label, last.label) == ("0 s to 100 µs", "above 10.0 s")


@given(st.lists(st.integers(0, 1000), min_size=102, max_size=102).filter(any))
def test_every_point_lies_within_the_frame(counts: list[int]) -> None:
    one = samples.with_histogram(tuple(counts))
    chart = distribution.draw(one, distribution.buckets(BOUNDS, one))
    assert chart is not None
    for path in chart.paths:
        for x, y in coordinates(path.data):
            assert LEFT - 0.1 <= x <= WIDTH - RIGHT + 0.1
            assert TOP - 0.1 <= y <= HEIGHT
