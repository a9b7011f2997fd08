"""Runs of today against runs that were kept."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.detection.simulation import World, gate
from mario_perf.configuration.policy import Policy
from mario_perf.judgement.stored_results import compare
from mario_perf.model import OperationResult, RunMeasurement, Verdict

pytestmark = pytest.mark.simulation

RUNS = 5
WORLD = World(rounds=2 * RUNS, samples=100, slices=20, drift=0.0)
STEADY = World(
    rounds=2 * RUNS, samples=100, slices=20, stragglers=0.0, drift=0.0, machine=0.01, apart=0.01, burst=0.0
)

Runs = list[RunMeasurement]


def runs(world: World, seed: int = 1, *, slower: float = 1.0) -> tuple[Runs, Runs]:
    """Separate runs, of which one side was kept."""
    rounds = gate(world, np.random.default_rng(seed), slower=slower)
    kept = [replace(baseline, side="candidate") for baseline, _ in rounds[:RUNS]]
    return kept, [candidate for _, candidate in rounds[RUNS:]]


def red(results: tuple[OperationResult, ...]) -> list[str]:
    return [each.operation.name for each in results if each.verdict is Verdict.REGRESSED]


def test_an_unchanged_build_is_not_red_though_runs_lie_far_apart() -> None:
    wrong = [red(compare(*runs(WORLD, seed), Policy(), 0.01)) for seed in range(30)]
    assert sum(map(bool, wrong)) <= 1


def test_a_slower_day_is_not_the_builds_doing_even_of_one_run_a_side() -> None:
    """Most executions above a bound are then of that day: they decide nothing here."""
    kept, now = runs(replace(STEADY, drift=0.6))
    for count in (1, RUNS):
        results = compare(kept[:count], now[:count], Policy(), 0.01)
        checks = [check for each in results for check in each.comparisons if check.metric == "slow_share"]
        assert max(check.change.low for check in checks) > Policy().thresholds.slow_noise
        assert red(results) == []


def test_what_got_slower_than_the_day_is_named() -> None:
    assert red(compare(*runs(STEADY, slower=1.3), Policy(), 0.01)) == ["Operation0"]


DAYS = replace(STEADY, machine=0.25, memory=1.0)
"""Every run has its own day: two runs of a build are up to 70 % apart, all operations alike."""


def test_one_run_of_today_against_five_of_other_days_finds_a_tenth_in_most() -> None:
    found = wrong = 0
    for seed in range(20):
        for slower in (1.0, 1.1):
            kept, now = runs(DAYS, seed, slower=slower)
            named = red(compare(kept, now[:1], Policy(), 0.01))
            found += slower > 1.0 and named == ["Operation0"]
            wrong += slower == 1.0 and bool(named)
    assert (found >= 14, wrong) == (True, 0)


def test_of_one_run_a_side_nothing_shows_how_far_runs_lie_apart() -> None:
    kept, now = runs(STEADY)
    results = compare(kept[:1], now[:1], Policy(), 0.01)
    assert {each.verdict for each in results} == {Verdict.INCONCLUSIVE}
    assert "One run of a build does not show its noise" in results[0].explanation
