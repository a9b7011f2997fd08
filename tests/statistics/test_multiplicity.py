"""One promise for many checks and many looks."""

from itertools import pairwise

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.judgement.sequential import KEPT, plan
from mario_perf.statistics.multiplicity import chance_per_look, holm, spending

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=50).map(np.array)


def test_holm_gives_what_the_procedure_gives_by_hand() -> None:
    p = np.array([0.01, 0.04, 0.03, 0.005])
    np.testing.assert_allclose(holm(p, np.ones(4)), [0.03, 0.06, 0.06, 0.02])


def test_a_test_of_three_times_the_weight_has_three_times_the_part() -> None:
    p = np.array([0.009, 0.009])
    np.testing.assert_allclose(holm(p, np.array([3.0, 1.0])), [0.012, 0.012])
    np.testing.assert_allclose(holm(np.array([0.5, 0.009]), np.array([3.0, 1.0])), [0.5, 0.036])


@pytest.mark.parametrize("weights", [(1, 1, 1, 1), (8, 1, 2, 4)])
def test_holm_is_wrong_as_seldom_as_it_promises_whatever_the_weights(weights: tuple[int, ...]) -> None:
    p = np.random.default_rng(4).uniform(size=(4000, 4))
    p[:, 0] *= 1e-4  # one is truly there
    wrong = [(holm(each, np.array(weights, dtype=float))[1:] <= 0.05).any() for each in p]
    assert 0.02 <= np.mean(wrong) <= 0.05 + 0.01


@given(p_values)
def test_holm_lies_between_no_correction_and_bonferroni(p: np.ndarray) -> None:
    adjusted = holm(p, np.ones(len(p)))
    assert (adjusted >= p - 1e-15).all()
    assert (adjusted <= np.minimum(p * len(p), 1) + 1e-15).all()


@given(p_values)
def test_holm_keeps_the_order(p: np.ndarray) -> None:
    order = np.argsort(p)
    assert (np.diff(holm(p, np.ones(len(p)))[order]) >= 0).all()


@given(st.floats(0.001, 0.2), st.integers(1, 60))
def test_the_looks_together_spend_the_promise_but_for_what_is_kept(rate: float, rounds: int) -> None:
    planned = plan(rate, rounds)
    looks = planned.looks
    assert sum(alpha for _, alpha in (*planned.early, *looks)) == pytest.approx(rate * (1 - KEPT))
    assert all(alpha > 0 for _, alpha in looks)
    assert [number for number, _ in looks] == sorted({number for number, _ in looks})
    assert looks[-1][0] == rounds


@given(st.integers(3, 60))
def test_no_two_looks_stand_close_together(rounds: int) -> None:
    numbers = [number for number, _ in plan(0.01, rounds).looks]
    assert all(later >= 1.25 * earlier for earlier, later in pairwise(numbers))


@pytest.mark.parametrize("looks", [(22,), (3, 5, 7, 10, 15, 22), (10, 20, 30, 40, 50)])
def test_the_level_of_each_look_is_reached_at_any_of_them_as_often_as_it_should(
    looks: tuple[int, ...],
) -> None:
    walks = np.random.default_rng(1).normal(size=(40_000, looks[-1])).cumsum(axis=1)
    z = walks[:, np.array(looks) - 1] / np.sqrt(looks)
    beyond = scipy.stats.norm.sf(z) < chance_per_look(0.025, looks)
    assert beyond.any(axis=1).mean() == pytest.approx(0.025, abs=0.0025)


def test_a_later_level_is_chosen_so_that_all_looks_together_keep_the_chance() -> None:
    earlier = tuple((rounds, 0.006) for rounds in (3, 5, 7, 11, 17, 25))
    later = chance_per_look(0.025, (33, 50), earlier)
    levels = np.array([level for _, level in (*earlier, (33, later), (50, later))])
    at = np.array([3, 5, 7, 11, 17, 25, 33, 50])
    walks = np.random.default_rng(2).normal(size=(40_000, 50)).cumsum(axis=1)[:, at - 1] / np.sqrt(at)
    assert (scipy.stats.norm.sf(walks) < levels).any(axis=1).mean() == pytest.approx(0.025, abs=0.0025)


def test_nothing_is_spent_before_anything_is_known() -> None:
    assert spending(0.01, 0.0) == 0.0
    assert spending(0.01, 2.0) == pytest.approx(0.01)
