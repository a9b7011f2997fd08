"""Quantiles and means of many histograms at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.statistics import buckets

BOUNDS = np.round(10 ** (np.arange(-80, 21) / 20), 9)
values = st.lists(st.floats(2e-4, 5.0), min_size=1, max_size=200).map(np.array)


def histogram(of: np.ndarray) -> np.ndarray:
    return np.bincount(np.searchsorted(BOUNDS, of), minlength=len(BOUNDS) + 1)


@given(values, st.sampled_from([0.5, 0.9, 0.95, 0.99, 1.0]))
def test_a_quantile_lies_in_the_bucket_of_the_true_one(sample: np.ndarray, q: float) -> None:
    true = np.sort(sample)[max(int(np.ceil(q * len(sample) - 1e-9)) - 1, 0)]
    index = int(np.searchsorted(BOUNDS, true))
    found = float(buckets.quantile(histogram(sample), BOUNDS, q))
    assert BOUNDS[index - 1] * (1 - 1e-9) <= found <= BOUNDS[index] * (1 + 1e-9)


@given(values)
def test_keeping_everything_the_trimmed_mean_is_the_mean(sample: np.ndarray) -> None:
    kept = buckets.trimmed_mean(histogram(sample), np.array(sample.sum()), BOUNDS, keep=1.0)
    assert float(kept) == pytest.approx(sample.mean())


@given(values.filter(lambda v: len(v) >= 40))
def test_the_trimmed_mean_is_near_the_one_of_the_raw_values(sample: np.ndarray) -> None:
    """Off by no more than half a bucket's width of what was cut away."""
    keep = 0.95
    ordered = np.sort(sample)
    whole = int(keep * len(sample))
    raw = (ordered[:whole].sum() + (keep * len(sample) - whole) * ordered[whole]) / (keep * len(sample))
    cut = sample.sum() - raw * keep * len(sample)
    found = float(buckets.trimmed_mean(histogram(sample), np.array(sample.sum()), BOUNDS, keep))
    assert abs(found - raw) * keep * len(sample) <= 0.07 * cut + 1e-9


def test_one_stall_does_not_swallow_the_rest() -> None:
    """Nobody knows the stall better than its bucket does, and that error is larger than all else together."""
    sample = np.append(np.full(99, 0.001), 9.0)
    found = float(buckets.trimmed_mean(histogram(sample), np.array(sample.sum()), BOUNDS))
    assert found == pytest.approx(0.001, rel=0.12)


def test_what_is_above_the_last_bound_weighs_what_the_sum_says() -> None:
    bounds = np.array([1.0, 2.0])
    counts = np.array([0, 95, 5])
    sums = np.array(95 * np.sqrt(2) + 5 * 100.0)
    assert float(buckets.trimmed_mean(counts, sums, bounds)) == pytest.approx(np.sqrt(2))


def test_many_histograms_give_what_each_gives_alone() -> None:
    rng = np.random.default_rng(1)
    counts = rng.integers(0, 9, (3, 4, len(BOUNDS) + 1))
    together = buckets.quantile(counts, BOUNDS, 0.95)
    alone = [[float(buckets.quantile(c, BOUNDS, 0.95)) for c in row] for row in counts]
    np.testing.assert_allclose(together, alone)


def test_an_empty_histogram_has_no_quantile_and_no_mean() -> None:
    empty = np.zeros(len(BOUNDS) + 1, dtype=np.int64)
    assert np.isnan(buckets.quantile(empty, BOUNDS, 0.5))
    assert np.isnan(buckets.mean(empty, np.array(0.0)))
    assert np.isnan(buckets.trimmed_mean(empty, np.array(0.0), BOUNDS))
    assert np.isinf(buckets.quantile_width(empty, BOUNDS, 0.5))
