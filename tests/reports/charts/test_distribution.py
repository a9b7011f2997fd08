from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.reports.charts import distribution
from mario_perf.reports.charts.frame import HEIGHT, LEFT, RIGHT, TOP, WIDTH
from tests.reports import samples

BOUNDS = samples.BOUNDS.tolist()


def coordinates(data: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([-\d.]+) ([-\d.]+)", data)]


def test_shares_of_each_side_sum_to_one() -> None:
    filled = distribution.bucket_shares(BOUNDS, samples.operations()[0])
    assert sum(one.baseline for one in filled) == pytest.approx(1)
    assert sum(one.candidate for one in filled) == pytest.approx(1)


def test_steps_stand_exactly_on_the_bounds_of_their_buckets() -> None:
    one = samples.operations()[0]
    filled = distribution.bucket_shares(BOUNDS, one)
    chart = distribution.draw(one, filled)
    assert chart is not None
    edges = sorted({x for x, _ in coordinates(chart.paths[0].data)})
    bounds = [filled[0].low, *(bucket.high for bucket in filled)]
    span = math.log(bounds[-1] / bounds[0])
    expected = [LEFT + (WIDTH - LEFT - RIGHT) * math.log(bound / bounds[0]) / span for bound in bounds]
    assert edges == pytest.approx(expected, abs=0.06)


def test_a_bucket_without_an_end_looks_unlike_the_others() -> None:
    one = samples.with_histogram((*(0,) * 100, 5, 1))
    chart = distribution.draw(one, distribution.bucket_shares(BOUNDS, one))
    assert chart is not None
    assert [path.role for path in chart.paths if "open" in path.role] == [
        "area baseline open",
        "line candidate open",
    ]
    assert "The dashed bucket holds all above 10 s." in chart.description


@pytest.mark.parametrize("bounds", [(0.0, 0.005, 0.01), (0.0,)])
@pytest.mark.parametrize("zeros", [True, False])
def test_what_took_no_time_has_a_place_left_of_everything_else(
    bounds: tuple[float, ...], *, zeros: bool
) -> None:
    """OpenTelemetry's default bounds begin with 0, and whole milliseconds may round down to it."""
    one = samples.with_histogram((7, *(0 if zeros else 3 for _ in bounds)))
    one = replace(one, baseline=None)
    filled = distribution.bucket_shares(bounds, one)
    chart = distribution.draw(one, filled)
    assert filled[0].label == "0 s"
    assert chart is not None
    edges = sorted({x for path in chart.paths for x, _ in coordinates(path.data)})
    assert len(edges) == len(filled) + 1
    assert edges[0] == LEFT


def test_without_a_request_there_is_no_chart() -> None:
    one = samples.without_data()
    filled = distribution.bucket_shares(BOUNDS, one)
    assert filled == ()
    assert distribution.draw(one, filled) is None


def test_a_side_that_does_not_exist_is_drawn_as_nothing() -> None:
    one = samples.one_sided()
    filled = distribution.bucket_shares(BOUNDS, one)
    assert sum(bucket.baseline for bucket in filled) == 0
    assert distribution.draw(one, filled) is not None


def test_the_open_ended_buckets_are_named_for_what_they_are() -> None:
    first, last = distribution.Bucket(0.0, 1e-4, 1, 0), distribution.Bucket(10.0, math.inf, 0, 1)
    assert (first.label, last.label) == ("0 s to 100 µs", "above 10 s")


@given(st.lists(st.integers(0, 1000), min_size=102, max_size=102).filter(any))
def test_every_point_lies_within_the_frame(counts: list[int]) -> None:
    one = samples.with_histogram(tuple(counts))
    chart = distribution.draw(one, distribution.bucket_shares(BOUNDS, one))
    assert chart is not None
    for path in chart.paths:
        for x, y in coordinates(path.data):
            assert LEFT - 0.1 <= x <= WIDTH - RIGHT + 0.1
            assert TOP - 0.1 <= y <= HEIGHT
