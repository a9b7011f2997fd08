from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from mario_perf.judgement import load_slope

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LOADS = np.repeat([20.0, 40.0, 80.0], 4)


def noisy(change: Floats, spread: float, operations: int = 5) -> Floats:
    random = np.random.default_rng(1)
    return change[:, None] + random.normal(0.0, spread, (len(change), operations))


def test_what_is_the_same_at_each_level_does_not_grow() -> None:
    fit = load_slope.fit(LOADS, noisy(np.full(12, 0.1), 0.01))
    assert fit.common.value == pytest.approx(0.1, abs=0.02)
    assert fit.growth.value == pytest.approx(0.0, abs=0.03)
    assert (fit.common.above(np.full(5, 0.05)) < 0.01).all()
    assert (fit.growth.above(np.full(5, 0.05)) > 0.05).all()


def test_what_rises_with_the_load_grows_from_the_lowest_level_to_the_highest() -> None:
    fit = load_slope.fit(LOADS, noisy(0.3 * (LOADS - 20.0) / 60.0, 0.01))
    assert fit.growth.value == pytest.approx(0.3, abs=0.03)
    assert (fit.growth.above(np.full(5, 0.05)) < 0.001).all()
    assert fit.by_level.value[0] == pytest.approx(0.0, abs=0.02)


def test_a_level_whose_rounds_lie_far_apart_counts_for_less() -> None:
    ratios = noisy(np.zeros(12), 0.01)
    ratios[8:] += np.array([-0.6, 0.2, 0.8, 1.6])[:, None]
    fit = load_slope.fit(LOADS, ratios)
    assert abs(fit.common.value).max() < 0.02
    assert abs(fit.growth.value).max() < 0.1
    assert fit.ends.standard_error.min() > 0.1


def test_fewer_than_three_rounds_of_a_level_say_nothing() -> None:
    fit = load_slope.fit(LOADS[:-2], noisy(np.ones(10), 0.01))
    assert fit.growth.above(np.zeros(5)).tolist() == [1.0] * 5
    assert fit.common.above(np.zeros(5)).tolist() == [1.0] * 5


def test_one_level_has_no_slope() -> None:
    fit = load_slope.fit(LOADS[:4], noisy(np.full(4, 0.1), 0.01))
    assert not np.isfinite(fit.growth.value).any()
    assert fit.common.value == pytest.approx(0.1, abs=0.02)


def test_an_operation_that_was_not_seen_says_nothing() -> None:
    ratios = noisy(np.full(12, 0.1), 0.01)
    ratios[:, 2] = np.nan
    fit = load_slope.fit(LOADS, ratios)
    assert np.isfinite(fit.growth.value).tolist() == [True, True, False, True, True]
