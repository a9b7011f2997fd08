import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mario_perf.statistics.quantiles import mean, quantile

BOUNDS = np.array([0.001, 0.002, 0.005, 0.01, 0.02])
HISTOGRAMS = arrays(np.int64, len(BOUNDS) + 1, elements=st.integers(0, 1000))
SHARES = st.floats(0.001, 1.0)


@given(st.lists(st.floats(1e-5, 1.0), min_size=1, max_size=200), SHARES)
def test_the_interval_holds_the_samples_own_quantile(samples: list[float], q: float) -> None:
    counts = np.bincount(np.searchsorted(BOUNDS, samples, side="left"), minlength=len(BOUNDS) + 1)
    found = quantile(counts, BOUNDS, q)
    # The smallest sample that at least a share q lies at or below.
    position = next(i for i in range(len(samples)) if i + 1 >= q * len(samples))
    assert found.low <= sorted(samples)[position] <= found.high


@given(HISTOGRAMS, SHARES)
def test_the_value_lies_in_its_bucket(counts: np.ndarray, q: float) -> None:
    found = quantile(counts, BOUNDS, q)
    if counts.sum():
        assert found.low <= found.value * (1 + 1e-12)
        assert found.value <= found.high * (1 + 1e-12)
    else:
        assert math.isnan(found.value)
        assert (found.low, found.high) == (0.0, math.inf)


@given(HISTOGRAMS.filter(lambda counts: counts.sum() > 0), SHARES, SHARES)
def test_a_higher_quantile_is_never_lower(counts: np.ndarray, one: float, other: float) -> None:
    lower, higher = (quantile(counts, BOUNDS, q) for q in sorted((one, other)))
    assert lower.value <= higher.value * (1 + 1e-12)
    assert lower.low <= higher.low
    assert lower.high <= higher.high


@given(HISTOGRAMS.filter(lambda counts: counts.sum() > 0), SHARES, st.integers(2, 9))
def test_only_the_shape_of_a_histogram_matters(counts: np.ndarray, q: float, times: int) -> None:
    once, often = quantile(counts, BOUNDS, q), quantile(counts * times, BOUNDS, q)
    if once.low == often.low:  # else q falls on a bucket's edge, give or take a rounding
        assert often.value == pytest.approx(once.value, rel=1e-9)


def test_above_the_last_bound_there_is_no_upper_end() -> None:
    found = quantile(np.array([0, 0, 0, 0, 0, 5]), BOUNDS, 0.5)
    assert (found.value, found.low, found.high) == (0.02, 0.02, math.inf)


def test_inside_a_bucket_the_logarithm_is_even() -> None:
    found = quantile(np.array([0, 0, 10, 0, 0, 0]), BOUNDS, 0.5)
    assert found.value == pytest.approx(math.sqrt(0.002 * 0.005))


def test_the_mean_is_exact() -> None:
    assert mean(np.array([1, 3]), 2.0) == 0.5
    assert math.isnan(mean(np.array([0, 0]), 0.0))


def test_without_a_finite_bound_the_quantile_may_be_anything() -> None:
    found = quantile(np.array([7]), np.array([]), 0.95)
    assert math.isnan(found.value)
    assert (found.low, found.high) == (0.0, math.inf)
