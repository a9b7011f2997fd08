"""One promise for many checks and many looks."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.judgement.sequential import plan
from mario_perf.statistics.multiplicity import holm, spent

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=50).map(np.array)


def test_holm_gives_what_the_procedure_gives_by_hand() -> None:
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, 0.005])), [0.03, 0.06, 0.06, 0.02])


@given(p_values)
def test_holm_lies_between_no_correction_and_bonferroni(p: np.ndarray) -> None:
    adjusted = holm(p)
    assert (adjusted >= p - 1e-15).all()
    assert (adjusted <= np.minimum(p * len(p), 1) + 1e-15).all()


@given(p_values)
def test_holm_keeps_the_order(p: np.ndarray) -> None:
    order = np.argsort(p)
    assert (np.diff(holm(p)[order]) >= 0).all()


@given(st.floats(0.001, 0.2), st.integers(1, 60))
def test_the_looks_together_spend_the_promise_and_no_more(rate: float, rounds: int) -> None:
    looks = plan(rate, rounds).looks
    assert sum(alpha for _, alpha in looks) == pytest.approx(rate)
    assert all(alpha > 0 for _, alpha in looks)
    assert [number for number, _ in looks] == sorted({number for number, _ in looks})
    assert looks[-1][0] == rounds


@given(st.integers(3, 60))
def test_no_two_looks_stand_close_together(rounds: int) -> None:
    numbers = [number for number, _ in plan(0.01, rounds).looks]
    assert all(later >= 1.25 * earlier for earlier, later in pairwise(numbers))


def test_nothing_is_spent_before_anything_is_known() -> None:
    assert spent(0.01, 0.0) == 0.0
    assert spent(0.01, 2.0) == pytest.approx(0.01)
