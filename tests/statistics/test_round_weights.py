"""Rounds in which the operations lie far apart count for less."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.statistics.change import paired
from mario_perf.statistics.round_weights import weights

DISTURBED = 2


def rounds(seed: int, shape: tuple[int, int] = (7, 12)) -> np.ndarray:
    """One of them is ten times as noisy."""
    apart = np.random.default_rng(seed).normal(0, 0.01, shape)
    apart[DISTURBED] *= 10
    return apart


@given(st.integers(0, 2**32 - 1))
def test_a_disturbed_round_counts_for_less_and_all_together_for_one_each(seed: int) -> None:
    found = weights(rounds(seed), np.ones(12))
    assert (found[DISTURBED] < 0.5).all()
    np.testing.assert_allclose(found.mean(axis=0), 1.0)


@given(st.integers(0, 2**32 - 1), st.floats(-1, 1))
def test_no_operation_chooses_its_own_rounds(seed: int, far: float) -> None:
    apart = rounds(seed)
    before = weights(apart, np.ones(12))
    apart[5, 3] += far
    after = weights(apart, np.ones(12))
    # Only the bound on what a square counts for may move, and that by little.
    np.testing.assert_allclose(after[:, 3], before[:, 3], rtol=0.2)


def test_one_operation_with_modes_of_its_own_does_not_weigh_the_rounds_of_others() -> None:
    apart = np.random.default_rng(3).normal(0, 0.01, (12, 12))
    apart[::2, 0] += 1.0
    assert weights(apart, np.ones(12))[:, 1:].min() > 0.3


@pytest.mark.parametrize("shape", [(7, 4), (1, 12)])
def test_few_operations_or_rounds_count_alike(shape: tuple[int, int]) -> None:
    apart = np.random.default_rng(1).normal(0, 0.01, shape)
    assert (weights(apart, np.ones(shape[1])) == 1.0).all()


def test_rounds_that_do_not_differ_count_alike() -> None:
    assert (weights(np.zeros((5, 12)), np.ones(12)) == 1.0).all()


def test_a_round_without_executions_counts_for_nothing() -> None:
    apart = rounds(4)
    apart[0, 0] = np.nan
    found = weights(apart, np.ones(12))
    assert found[0, 0] == 0.0
    assert found[1:, 0].sum() == pytest.approx(6.0)


@pytest.mark.simulation
def test_the_error_is_smaller_where_rounds_are_disturbed_and_the_interval_still_covers() -> None:
    rng = np.random.default_rng(6)
    errors, covered = [], []
    for _ in range(400):
        noise = rng.lognormal(0, 0.7, (7, 1)) * rng.normal(0, 0.01, (7, 12))
        change = paired(np.zeros((7, 12)), noise, np.ones(12))
        low, high = change.specific.interval(0.95)
        covered.append(((low <= 0) & (high >= 0)).mean())
        errors.append((change.specific.value, (noise - np.median(noise, axis=1, keepdims=True)).mean(axis=0)))
    ours, mean = np.std(errors, axis=(0, 2))
    assert ours < 0.85 * mean
    assert 0.93 <= np.mean(covered) <= 0.98
