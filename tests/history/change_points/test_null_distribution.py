from __future__ import annotations

import numpy as np
from scipy import signal

from mario_perf.history.change_points.null_distribution import block_length, null_distribution


def test_values_that_depend_on_each_other_need_longer_blocks_and_larger_statistics() -> None:
    white = np.random.default_rng(2).normal(size=800)
    red = signal.lfilter([1], [1, -0.8], white)
    assert block_length(red) > block_length(white)
    assert null_distribution(red, block_length(red)).location > null_distribution(white, 2).location


def test_a_longer_series_reaches_larger_statistics() -> None:
    values = np.random.default_rng(2).normal(size=8000)
    assert null_distribution(values, 2).location > null_distribution(values[:1000], 2).location


def test_the_answer_is_the_same_each_time() -> None:
    values = np.random.default_rng(2).normal(size=300)
    assert null_distribution(values, 4) == null_distribution(values, 4)


def test_constant_residuals_need_no_blocks() -> None:
    assert block_length(np.zeros(40)) == 1
