"""Whole gates with known truth: how often they are wrong, and how often they see.

Few enough gates for every run of the tests; ``benchmarks/detection`` plays thousands of the same.
"""

from dataclasses import replace

import numpy as np

from benchmarks.detection.simulation import BOUNDS, World, gate
from mario_perf.comparison.rebin import _rebinned
from mario_perf.configuration.policy import Policy
from mario_perf.judgement.duet_results import compare
from mario_perf.judgement.sequential import decided, plan
from mario_perf.model import OperationResult, RunMeasurement, Verdict

QUIET = World(apart=0.01, burst=0.0, samples=35, rounds=16)
POLICY = Policy()


def play(
    world: World, seed: int, *, slower: float = 1.0, failing: float = 0.0
) -> tuple[OperationResult, ...]:
    """One gate, stopped at the first look that decides."""
    rounds = gate(world, np.random.default_rng(seed), slower=slower, failing=failing)
    looks = plan(POLICY.false_alarm_rate, world.rounds).looks
    results: tuple[OperationResult, ...] = ()
    for number, alpha in looks:
        results = compare(rounds[:number], POLICY, alpha)
        if decided(results):
            break
    return results


def red(results: tuple[OperationResult, ...]) -> list[str]:
    return [each.operation.name for each in results if each.verdict is Verdict.REGRESSED]


def test_an_unchanged_build_is_not_red_on_a_noisy_machine() -> None:
    """At 1 % promised, three false alarms in 60 gates have a chance of 0.3 %."""
    assert sum(bool(red(play(World(), seed))) for seed in range(60)) <= 2


def test_an_unchanged_build_passes_on_a_quiet_machine() -> None:
    """Green has to be earned, and can be."""
    passed = sum(all(each.verdict is Verdict.UNCHANGED for each in play(QUIET, seed)) for seed in range(20))
    assert passed >= 12


def test_a_slowdown_of_ten_per_cent_is_found_and_named() -> None:
    found = [red(play(QUIET, seed, slower=1.1)) for seed in range(20)]
    assert sum(names == ["Operation0"] for names in found) >= 18


def test_two_failures_in_a_hundred_are_found_and_named() -> None:
    found = [play(World(samples=25), seed, failing=0.02) for seed in range(20)]
    assert sum(red(results) == ["Operation0"] for results in found) >= 18
    assert {results[0].decided_by for results in found if red(results)} == {"error_ratio"}


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    """All operations, one of them slower; within two points of 95 % (and the error of 720 draws)."""
    covered = []
    for seed in range(60):
        results = compare(gate(World(), np.random.default_rng(seed), slower=1.1), POLICY, 0.01)
        for result in results:
            truth = 0.1 if result.operation.name == "Operation0" else 0.0
            change = result.comparisons[0].change
            covered.append(change.low <= truth <= change.high)
    assert abs(np.mean(covered) - 0.95) <= 0.02 + 0.012


def test_without_data_nothing_is_decided() -> None:
    results = compare(gate(World(samples=1, slices=2), np.random.default_rng(1)), POLICY, 0.01)
    assert {each.verdict for each in results} == {Verdict.INCONCLUSIVE}
    assert "too few executions" in results[0].explanation


def test_coarse_buckets_decide_by_the_mean_and_say_what_they_cannot_show() -> None:
    """One bound a decade: p95 lies anywhere in a factor of ten, the exact sums still tell."""
    coarse = BOUNDS[::20]
    rounds = gate(QUIET, np.random.default_rng(5), slower=1.5)
    results = compare([(_rebinned(b, coarse), _rebinned(c, coarse)) for b, c in rounds], POLICY, 0.01)
    assert red(results) == ["Operation0"]
    assert results[0].bucket_resolution > 1.0
    p95 = next(each for each in results[0].comparisons if each.metric == "p95")
    assert not p95.gating


def test_a_change_of_the_slow_ones_alone_is_seen_at_p95() -> None:
    """Same median, longer tail."""
    rounds = gate(QUIET, np.random.default_rng(6))
    longer = gate(replace(QUIET, stragglers=0.12), np.random.default_rng(6))
    mixed = [(b, c) for (b, _), (_, c) in zip(rounds, longer, strict=True)]
    results = compare(mixed, POLICY, 0.01)
    assert {each.verdict for each in results} == {Verdict.REGRESSED}
    assert all(
        comparison.verdict is Verdict.REGRESSED
        for each in results
        for comparison in each.comparisons
        if comparison.metric == "p95"
    )


def test_two_in_a_hundred_that_take_twenty_times_as_long_are_seen_though_no_p95_is() -> None:
    rounds = gate(QUIET, np.random.default_rng(9))
    slowed = [(b, _with_slow_ones(c)) for b, c in rounds]
    results = compare(slowed, POLICY, 0.01)
    assert red(results) == ["Operation0"]
    assert results[0].decided_by == "slow_share"


def _with_slow_ones(run: RunMeasurement) -> RunMeasurement:
    """Two in a hundred executions of the first operation 26 buckets later: 20 bounds are a decade."""
    first = run.measurements["Operation0"]
    rng = np.random.default_rng(int(run.slice_edges[0]))
    moved = rng.binomial(first.slices, 0.02)
    slices = first.slices - moved
    slices[:, 26:] += moved[:, :-26]
    return replace(run, measurements={**run.measurements, "Operation0": replace(first, slices=slices)})


def test_a_rate_that_fell_is_worse_and_one_that_rose_is_better() -> None:
    rounds = gate(QUIET, np.random.default_rng(10))
    faster = [
        (b, replace(c, slice_edges=c.slice_edges[0] + (c.slice_edges - c.slice_edges[0]) / 1.5))
        for b, c in rounds
    ]
    for sides, verdict, sign in (
        (faster, Verdict.IMPROVED, 1),
        ([(c, b) for b, c in faster], Verdict.REGRESSED, -1),
    ):
        rate = next(c for c in compare(sides, POLICY, 0.01)[0].comparisons if c.metric == "rate")
        assert rate.verdict is verdict
        assert rate.change.value * sign > 0.2
        assert rate.change.low <= rate.change.value <= rate.change.high
        assert not rate.gating
