"""Estimates and their intervals, by simulation with known truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.statistics.change import paired, unpaired
from mario_perf.statistics.moderation import moderate


@pytest.mark.simulation
@pytest.mark.parametrize("rounds", [3, 5, 12])
@pytest.mark.parametrize("operations", [1, 12, 200])
def test_the_paired_interval_covers_as_often_as_it_says(rounds: int, operations: int) -> None:
    """Within two points of 95 %: spreads differ, are known roughly only, and are disturbed together."""
    rng = np.random.default_rng((rounds, operations))
    covered = []
    for _ in range(max(1500 // operations, 100)):
        spread = rng.uniform(0.01, 0.08, operations)
        together = rng.normal(0, 0.01, (rounds, 1))
        differences = rng.normal(0.03, 1.0, (rounds, operations)) * spread + together
        truth = 0.03 * spread
        expected = spread * np.exp(rng.normal(0, 0.4, operations))
        change = paired(np.zeros_like(differences), differences, expected**2).overall
        low, high = change.interval(0.95)
        covered.append(((low <= truth) & (truth <= high)).mean())
    assert 0.93 <= np.mean(covered) <= 0.98


@pytest.mark.simulation
@pytest.mark.parametrize(("kept", "now"), [(3, 1), (5, 5), (2, 4)])
def test_the_unpaired_interval_covers_as_often_as_it_says(kept: int, now: int) -> None:
    rng = np.random.default_rng((kept, now))
    covered = []
    for _ in range(300):
        spread = rng.uniform(0.05, 0.2, 12)
        baseline = rng.normal(0, 1, (kept, 12)) * spread
        candidate = rng.normal(0, 1, (now, 12)) * spread + 0.1
        low, high = unpaired(baseline, candidate, spread**2).interval(0.95)
        covered.append(((low <= 0.1) & (high >= 0.1)).mean())
    assert abs(np.mean(covered) - 0.95) <= 0.02


def test_what_disturbs_both_sides_alike_leaves_no_trace() -> None:
    rng = np.random.default_rng(3)
    machine = rng.normal(0, 5, (6, 4))
    change = paired(machine, machine + np.log(1.1), np.ones(4)).overall
    np.testing.assert_allclose(change.value, np.log(1.1))


def test_one_replicate_leaves_an_infinite_interval() -> None:
    change = paired(np.zeros((1, 3)), np.ones((1, 3)), np.ones(3)).overall
    low, high = change.interval(0.95)
    assert np.isneginf(low).all()
    assert np.isposinf(high).all()
    assert (change.above(np.zeros(3)) == 1.0).all()


def test_nothing_measured_is_unknown_and_not_an_error() -> None:
    nothing = np.full((4, 2), np.nan)
    low, high = paired(nothing, nothing, np.ones(2)).overall.interval(0.95)
    assert np.isneginf(low).all()
    assert np.isposinf(high).all()


def test_one_round_that_lies_far_off_moves_the_mean_of_all_rounds_alone() -> None:
    differences = np.random.default_rng(2).normal(0, 0.01, (10, 12))
    differences[3] += 0.9
    change = paired(np.zeros((10, 12)), differences, np.ones(12))
    assert (change.mean.value > 0.05).all()
    assert (np.abs(change.overall.value) < 0.04).all()
    assert (change.mean_without_highest < 0.02).all()


def test_rounds_of_one_pair_of_processes_do_not_tell_how_processes_differ() -> None:
    """Ten per cent in every round may be two processes of one build; half as much again may not."""
    rng = np.random.default_rng(4)
    rounds = rng.normal(0, 0.01, (12, 12))
    for slower, certain in ((1.1, False), (1.5, True)):
        changed = rounds + np.where(np.arange(12) == 0, np.log(slower), 0.0)
        fresh = paired(np.zeros((12, 12)), changed, np.ones(12))
        apart = fresh.between_processes(np.full(12, 0.03)).specific
        assert fresh.specific.above(np.log(np.full(12, 1.01)))[0] < 0.0001
        assert (apart.above(np.log(np.full(12, 1.01)))[0] < 0.0001) == certain


@pytest.mark.simulation
def test_the_interval_of_one_pair_of_processes_covers_what_they_differ_by() -> None:
    rng = np.random.default_rng(5)
    covered = []
    for _ in range(400):
        of_the_pair = rng.normal(0, 0.03, 12)
        differences = of_the_pair + rng.normal(0, 0.03, (10, 12))
        change = paired(np.zeros((10, 12)), differences, np.ones(12)).overall
        low, high = change.with_extra_error(np.full(12, 0.03)).interval(0.95)
        covered.append(((low <= 0) & (high >= 0)).mean())
    assert abs(np.mean(covered) - 0.95) <= 0.02


@given(st.integers(4, 60), st.integers(2, 20), st.integers(0, 2**32 - 1))
def test_moderated_variances_lie_between_their_own_and_the_usual(n: int, freedom: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    variance = rng.chisquare(freedom, n) / freedom
    moderated = moderate(variance, np.full(n, float(freedom)), np.ones(n))
    assert (np.argsort(moderated.variance) == np.argsort(variance)).all()
    assert np.ptp(moderated.variance) <= np.ptp(variance) + 1e-12
    assert (moderated.degrees_of_freedom >= freedom).all()


def test_rounds_that_lie_close_together_by_chance_are_not_believed() -> None:
    """All others differ: of many operations one has close rounds by chance, and lends little of its own."""
    rng = np.random.default_rng(9)
    variance = np.exp(rng.normal(0, 2.0, 12))
    variance[0] = 1e-6 * np.median(variance)
    moderated = moderate(variance, np.full(12, 4.0), np.ones(12))
    assert moderated.variance[0] > 1000 * variance[0]
    assert moderated.degrees_of_freedom[0] < 8


def test_too_few_operations_lend_each_other_nothing() -> None:
    variance = np.array([1.0, 9.0, 4.0])
    moderated = moderate(variance, np.full(3, 2.0), np.ones(3))
    np.testing.assert_array_equal(moderated.variance, variance)
