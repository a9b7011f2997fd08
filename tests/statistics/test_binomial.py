"""Failures, exactly."""

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.statistics import binomial

sides = st.tuples(st.integers(0, 400), st.integers(0, 400)).map(lambda t: (min(t), max(t)))


def arrays(side: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([side[0]]), np.array([side[1]])


@given(sides, sides)
def test_the_interval_holds_the_observed_difference(b: tuple[int, int], c: tuple[int, int]) -> None:
    low, high = binomial.difference_interval(arrays(b), arrays(c), 0.95)
    if b[1] == 0 or c[1] == 0:
        assert np.isinf(low[0])
        assert np.isinf(high[0])
    else:
        assert low[0] - 1e-9 <= c[0] / c[1] - b[0] / b[1] <= high[0] + 1e-9
        assert -1 - 1e-9 <= low[0] <= high[0] <= 1 + 1e-9


@pytest.mark.parametrize(
    ("p_b", "p_c", "n"), [(0.0, 0.0, 300), (0.0, 0.02, 500), (0.01, 0.01, 800), (0.3, 0.35, 200)]
)
def test_the_interval_covers_at_least_as_often_as_it_says(p_b: float, p_c: float, n: int) -> None:
    rng = np.random.default_rng(7)
    total = np.full(4000, n)
    low, high = binomial.difference_interval(
        (rng.binomial(n, p_b, 4000), total), (rng.binomial(n, p_c, 4000), total), 0.95
    )
    assert np.mean((low <= p_c - p_b) & (p_c - p_b <= high)) >= 0.945


@given(sides, sides)
def test_more_failures_is_fishers_exact_test(b: tuple[int, int], c: tuple[int, int]) -> None:
    table = np.array([[c[0], c[1] - c[0]], [b[0], b[1] - b[0]]])
    expected = scipy.stats.fisher_exact(table, alternative="greater").pvalue
    assert binomial.more_failures(arrays(b), arrays(c))[0] == pytest.approx(expected)


def test_more_failures_is_the_upper_tail_of_the_hypergeometric_distribution() -> None:
    rng = np.random.default_rng(5)
    total_b, total_c = rng.integers(0, 5000, (2, 300))
    failed_b, failed_c = rng.integers(0, total_b + 1), rng.integers(0, np.minimum(total_c, 60) + 1)
    expected = scipy.stats.hypergeom.sf(failed_c - 1, total_b + total_c, failed_b + failed_c, total_c)
    found = binomial.more_failures((failed_b, total_b), (failed_c, total_c))
    assert found == pytest.approx(expected, rel=1e-8, abs=1e-300)


def test_no_failure_at_all_is_no_evidence() -> None:
    assert binomial.more_failures(arrays((0, 100)), arrays((0, 100)))[0] == 1.0


def test_billions_of_executions_need_no_billions_of_terms() -> None:
    half = np.array([4 * 10**9]), np.array([8 * 10**9])
    assert binomial.more_failures(half, half)[0] == pytest.approx(0.5, abs=0.01)
