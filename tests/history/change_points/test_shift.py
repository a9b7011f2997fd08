from __future__ import annotations

import math

import numpy as np
import pytest

from mario_perf.history.change_points.shift import separation, shift_interval


def test_levels_without_overlap_are_fully_apart_whichever_is_higher() -> None:
    low, high = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    assert separation(low, high) == separation(high, low) == 1


def test_equal_levels_are_not_apart() -> None:
    assert separation(np.ones(4), np.ones(9)) == 0.5


def test_one_value_on_a_side_has_an_infinite_interval() -> None:
    value, low, high = shift_interval(np.array([1.0]), np.array([2.0]), 1, 0.95)
    assert (value, low, high) == (1, -math.inf, math.inf)


def test_values_that_depend_on_each_other_have_a_wider_interval() -> None:
    before, after = np.random.default_rng(1).normal(size=(2, 60))
    _, low, high = shift_interval(before, after, 1, 0.95)
    _, lower, higher = shift_interval(before, after, 5, 0.95)
    assert lower < low < high < higher


@pytest.mark.simulation
def test_the_interval_holds_the_true_shift_as_often_as_it_says() -> None:
    random = np.random.default_rng(4)
    held = 0
    for _ in range(1000):
        _, low, high = shift_interval(random.normal(size=12), 0.5 + random.normal(size=30), 1, 0.95)
        held += low <= 0.5 <= high
    assert 930 <= held <= 975
