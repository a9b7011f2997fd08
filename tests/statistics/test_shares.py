"""Shares of executions: what bursts do to them, and how often an interval holds the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.statistics.shares import Contrast, HitCounts, contrast

NOISE = np.array([0.001])


def both(baseline: list[int], candidate: list[int], n: int = 200) -> Contrast:
    """One operation, ``n`` executions in every replicate."""
    sides = (HitCounts(np.array([hits]).T, np.full((len(hits), 1), n)) for hits in (baseline, candidate))
    return contrast(next(sides), next(sides), paired=True)


def test_one_bad_moment_is_no_regression_however_many_failed_in_it() -> None:
    burst = both([1, 1, 1, 1, 1], [1, 1, 40, 1, 1])
    assert burst.above(NOISE)[0] > 0.01
    assert burst.without_worst_replicate()[0] == pytest.approx(0.0)


def test_the_same_failures_spread_over_all_replicates_are_certain() -> None:
    spread = both([1, 1, 1, 1, 1], [9, 9, 9, 9, 8])
    assert spread.above(NOISE)[0] < 5e-4
    assert spread.without_worst_replicate()[0] > 0.03


def test_failures_below_the_noise_threshold_are_not_worth_a_red() -> None:
    """20 of 15,000 against none: more, certainly, and not certainly by more than one in a thousand."""
    few = both([0] * 5, [4] * 5, n=3000)
    assert few.above(np.array([0.0]))[0] < 0.001
    assert few.above(NOISE)[0] > 0.05


def test_nothing_executed_is_unknown() -> None:
    nothing = both([0, 0], [0, 0], n=0)
    low, high = nothing.interval(0.95)
    assert (low[0], high[0]) == (-np.inf, np.inf)
    assert nothing.above(NOISE)[0] == 1.0
    assert nothing.detectable(NOISE, 0.001, 0.8)[0] == np.inf


def test_one_replicate_a_side_is_judged_by_its_counts_alone() -> None:
    assert both([0], [40]).above(NOISE)[0] < 1e-3
    assert both([0], [1]).above(NOISE)[0] > 0.1


@pytest.mark.simulation
@pytest.mark.parametrize("bursts", [0.0, 0.15])
def test_an_unchanged_build_that_fails_in_bursts_is_rarely_called_worse(bursts: float) -> None:
    """12 operations, one look that spends a thousandth, bursts in every seventh round of each."""
    rng = np.random.default_rng(3)
    wrong = 0
    for _ in range(400):
        hits = [
            rng.binomial(230, np.where(rng.random((7, 12)) < bursts, 0.05, 0.002)) for _ in ("one", "other")
        ]
        found = contrast(*(HitCounts(each, np.full((7, 12), 230)) for each in hits), paired=True)
        wrong += bool((found.above(np.full(12, 0.001)) < 0.001 / 12).any())
    assert wrong <= 8


@pytest.mark.simulation
@pytest.mark.parametrize("share", [0.0, 0.01, 0.2])
def test_the_interval_covers_at_least_as_often_as_it_says(share: float) -> None:
    rng = np.random.default_rng(4)
    covered = []
    for _ in range(300):
        sides = [
            HitCounts(rng.binomial(230, p, (7, 12)), np.full((7, 12), 230)) for p in (share, share + 0.02)
        ]
        low, high = contrast(*sides, paired=True).interval(0.95)
        covered.append(((low <= 0.02) & (high >= 0.02)).mean())
    assert np.mean(covered) >= 0.94


@pytest.mark.simulation
def test_two_in_a_hundred_more_are_found_within_fifteen_rounds() -> None:
    rng = np.random.default_rng(5)
    found = [
        both([0] * 15, [int(hits) for hits in rng.binomial(230, 0.02, 15)], n=230).above(NOISE)[0] < 2e-5
        for _ in range(200)
    ]
    assert np.mean(found) >= 0.9


@pytest.mark.simulation
def test_what_is_said_to_be_detectable_is_found_four_times_in_five() -> None:
    rng = np.random.default_rng(6)
    baseline = [2] * 9
    rise = both(baseline, baseline, n=230).detectable(NOISE, 0.001, 0.8)[0]
    found = [
        both(baseline, [int(hits) for hits in rng.binomial(230, 2 / 230 + rise, 9)], n=230).above(NOISE)[0]
        < 0.001
        for _ in range(400)
    ]
    assert 0.7 <= np.mean(found) <= 0.97


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=8))
def test_sides_exchanged_are_the_same_question_turned_round(hits: list[tuple[int, int]]) -> None:
    first, second = [each[0] for each in hits], [each[1] for each in hits]
    one, other = both(first, second), both(second, first)
    np.testing.assert_allclose(one.below(NOISE), other.above(NOISE))
    np.testing.assert_allclose(one.change, -other.change)
    assert (one.dispersion >= 1.0).all()


@pytest.mark.parametrize("rounds", [20, 100])
def test_the_dispersion_becomes_what_it_is(rounds: int) -> None:
    """Ten times what chance has: a loan that grew with the rounds would say 5.8 for ever."""
    rng = np.random.default_rng(7)
    n, correlation = 200, 9 / 199
    form = (1 - correlation) / correlation
    hits = [rng.binomial(n, rng.beta(0.05 * form, 0.95 * form, (rounds, 40))) for _ in range(2)]
    found = contrast(*(HitCounts(each, np.full((rounds, 40), n)) for each in hits), paired=True)
    assert 8 <= np.mean(found.dispersion) <= 12


def test_one_pair_of_processes_may_fail_more_than_chance_has() -> None:
    """Two in a hundred more may be those of this process; one in two may not."""
    for hits, certain in ((4, False), (100, True)):
        kept = both([0] * 10, [hits] * 10)
        assert kept.above(NOISE)[0] < 1e-4
        assert (kept.between_processes().above(NOISE)[0] < 1e-4) == certain
