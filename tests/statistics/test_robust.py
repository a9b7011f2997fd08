"""A mean that few rounds cannot move, and how many agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.statistics.change import paired
from mario_perf.statistics.robust import agreed_change, locate

pytestmark = pytest.mark.simulation

RNG = np.random.default_rng(3)


def test_rounds_that_lie_far_off_hardly_move_it() -> None:
    rounds = RNG.normal(0.05, 0.01, (10, 12))
    rounds[0] += 1.0
    value, _ = locate(rounds, np.ones(12))
    assert value == pytest.approx(np.full(12, 0.05), abs=0.03)
    assert rounds[:, 0].mean() > 0.1


def test_it_is_sharper_than_the_mean_where_rounds_have_long_tails() -> None:
    draws = 0.02 * RNG.standard_t(3, (800, 7, 12))
    errors = [(locate(each, np.ones(12))[0], each.mean(axis=0)) for each in draws]
    ours, mean = np.std(errors, axis=(0, 2))
    assert ours < 0.9 * mean


@given(st.floats(-5, 5), st.floats(0.1, 10), st.integers(0, 2**32 - 1))
def test_it_moves_and_stretches_with_the_rounds(shift: float, factor: float, seed: int) -> None:
    rounds = np.random.default_rng(seed).normal(0, 1, (6, 5))
    value, variance = locate(rounds, np.ones(5))
    moved, stretched = locate(shift + factor * rounds, np.ones(5))
    np.testing.assert_allclose(moved, shift + factor * value, atol=1e-9)
    np.testing.assert_allclose(stretched, factor**2 * variance, rtol=1e-6)


@pytest.mark.parametrize("rounds", [3, 5, 10, 22])
def test_the_interval_covers_as_often_as_it_says_with_long_tails(rounds: int) -> None:
    rng = np.random.default_rng(rounds)
    covered = []
    for _ in range(200):
        differences = 0.02 * rng.standard_t(3, (rounds, 12))
        low, high = paired(np.zeros((rounds, 12)), differences, np.ones(12)).overall.interval(0.95)
        covered.append(((low <= 0) & (high >= 0)).mean())
    assert 0.93 <= np.mean(covered) <= 0.97


def test_what_was_never_executed_is_unknown_and_lends_nothing() -> None:
    rounds = RNG.normal(0, 0.01, (6, 3))
    value, variance = locate(np.column_stack([rounds, np.full(6, np.nan)]), np.ones(4))
    assert np.isnan(value[3])
    assert np.isnan(variance[3])
    np.testing.assert_allclose(value[:3], locate(rounds, np.ones(3))[0])


@pytest.mark.parametrize(("rounds", "against"), [(3, 0), (5, 0), (6, 0), (7, 1), (10, 2), (15, 4), (22, 7)])
def test_nearly_all_rounds_have_to_agree(rounds: int, against: int) -> None:
    """So many may say the opposite, and no more."""
    for contrary, sign in ((against, 1), (against + 1, -1)):
        said = np.where(np.arange(rounds) < contrary, -1.0, 1.0)[:, None]
        assert agreed_change(said)[0] == sign


def test_rounds_without_executions_neither_agree_nor_disagree() -> None:
    said = np.array([[1.0, np.nan]] * 5 + [[np.nan, np.nan]] * 3)
    assert agreed_change(said)[0] == 1.0
    assert np.isnan(agreed_change(said)[1])
