from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.model import Comparison, Estimate
from mario_perf.reports.charts.scale import Scale
from tests.reports import samples

CHANGES = st.floats(min_value=-0.99, max_value=500)


def comparison(low: float, value: float, high: float) -> Comparison:
    one = samples.operations()[0].comparisons[0]
    return replace(one, change=Estimate(value, low, high, 0.99))


@given(st.lists(CHANGES, min_size=3, max_size=3).map(sorted))
def test_every_change_up_to_100_times_has_its_place(ends: list[float]) -> None:
    scale = Scale.fit([comparison(*ends)])
    assert all(scale.contains(end) for end in ends if 0.011 < 1 + end <= 100)


@given(st.lists(CHANGES, min_size=3, max_size=3).map(sorted), st.integers(3, 9))
def test_ticks_are_apart_and_start_from_no_change(ends: list[float], most: int) -> None:
    scale = Scale.fit([comparison(*ends)])
    ticks = scale.ticks(most)
    assert (0.0, "no change") in ticks
    positions = [at for at, _ in ticks]
    gaps = [right - left for left, right in pairwise(positions)]
    assert all(gap >= (scale.high - scale.low) / most * 0.999 for gap in gaps)


def test_twice_as_slow_is_as_far_as_half_as_slow() -> None:
    scale = Scale.fit([comparison(-0.6, 0.0, 2.0)])
    assert scale.position(1.0) == pytest.approx(-scale.position(-0.5))


def test_an_infinite_interval_ends_at_the_edge_and_is_not_held() -> None:
    scale = Scale.fit([comparison(-math.inf, math.nan, math.inf)])
    assert (scale.position(-math.inf), scale.position(math.inf)) == (scale.low, scale.high)
    assert not scale.contains(math.inf)


def test_unknown_errors_without_a_threshold_have_an_axis_all_the_same() -> None:
    errors = replace(samples.failing().comparisons[1], change=Estimate.unknown(0.99), threshold=0.0)
    assert (0.0, "no change") in Scale.fit([errors]).ticks(7)


def test_differences_of_error_ratios_are_linear() -> None:
    errors = samples.failing().comparisons[1]
    scale = Scale.fit([errors])
    assert scale.position(0.02) == 0.02
    assert (0.02, "+2 points") in [(round(at, 9), label) for at, label in scale.ticks(7)]
