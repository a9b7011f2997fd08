"""Whole gates with known truth: how often they are wrong, and how often they see.

Few enough gates for every run of the tests; ``benchmarks/detection`` plays thousands of the same.
"""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.detection import simulation
from benchmarks.detection.simulate import Ended, gate_of, played
from benchmarks.detection.simulated_table import TWO_MINUTES
from benchmarks.detection.simulation import BOUNDS, Change, World, gate
from benchmarks.detection.worlds import REAL, UNCHANGED
from mario_perf.comparison.metric_changes import compare_metrics
from mario_perf.comparison.rebin import _rebin_run
from mario_perf.configuration.policy import Policy
from mario_perf.judgement.duet_results import compare
from mario_perf.judgement.operation_results import judge
from mario_perf.model import OperationResult, RunMeasurement, Verdict
from mario_perf.statistics.change import paired

pytestmark = pytest.mark.simulation

QUIET = World(apart=0.01, burst=0.0, samples=35, rounds=16)
POLICY = Policy()
NOTHING = Change()
FIRST = [True, *[False] * 11]


def play(world: World, seed: int, change: Change = NOTHING) -> Ended:
    """One gate, stopped at the first look that decides."""
    return played(simulation.sides(world, change, np.random.default_rng(seed)))


def red(results: tuple[OperationResult, ...]) -> list[str]:
    return [each.operation.name for each in results if each.verdict is Verdict.REGRESSED]


def test_an_unchanged_build_is_not_red_on_a_noisy_machine() -> None:
    """At 1 % promised, two false alarms in 30 gates have a chance of 4 %."""
    assert sum(bool(gate_of("very noisy", UNCHANGED, seed).regressed) for seed in range(30)) <= 1


@pytest.mark.parametrize(
    ("world", "change"),
    [
        ("1,500 requests a round", "8 of 12 are 3 % faster"),
        (REAL, "8 of 12 are 3 % faster"),
        ("3 % fail, by process (cv 2)", UNCHANGED),
        ("0 or 10 % fail, by process", UNCHANGED),
        ("processes of two modes", UNCHANGED),
        ("one pair of processes", UNCHANGED),
        ("now and then a second", UNCHANGED),
    ],
)
def test_no_world_makes_it_red_where_nothing_became_slower(world: str, change: str) -> None:
    """Each broke the promise once, in 2 to 22 % of gates."""
    assert sum(bool(gate_of(world, change, seed).regressed) for seed in range(15)) <= 1


def test_a_gate_of_one_pair_of_processes_ends_and_rules_out_what_its_rows_say() -> None:
    """No resolution of 5 % can be reached where two processes of one build differ by 3 %."""
    ended = [gate_of("one pair of processes", UNCHANGED, seed) for seed in range(12)]
    assert sum(not each.undecided for each in ended) >= 9
    slower = [gate_of("one pair of processes", "+20 %", seed) for seed in range(12)]
    assert all(each.regressed or each.undecided for each in slower)


def test_an_unchanged_build_passes_on_a_quiet_machine() -> None:
    """Green has to be earned, and can be."""
    ended = [play(QUIET, seed) for seed in range(20)]
    assert sum(not (each.red | each.still_open).any() for each in ended) >= 12


def test_a_slowdown_of_ten_per_cent_is_found_and_named() -> None:
    ended = [play(QUIET, seed, Change(slower=1.1)) for seed in range(20)]
    assert sum(each.red.tolist() == FIRST for each in ended) >= 18


def test_five_per_cent_are_found_in_real_rounds_within_two_minutes() -> None:
    answers = [gate_of(REAL, "+5 %", seed) for seed in range(20)]
    assert sum(each.regressed == ("Operation0",) and each.rounds <= TWO_MINUTES for each in answers) >= 17


def test_two_failures_in_a_hundred_are_found_and_named() -> None:
    ended = [play(World(samples=25), seed, Change(failing=0.02)) for seed in range(20)]
    assert sum(each.red.tolist() == FIRST for each in ended) >= 18


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    """All operations, one of them slower; within two points of 95 % (and the error of 720 draws)."""
    covered = []
    for seed in range(60):
        sides = simulation.sides(World(), Change(slower=1.1), np.random.default_rng(seed))
        check = compare_metrics(sides, paired, POLICY, metrics=("latency",)).check("latency")
        truth = np.where(np.arange(12) == 0, 0.1, 0.0)
        covered.append((check.low <= truth) & (truth <= check.high))
    assert abs(np.mean(covered) - 0.95) <= 0.02 + 0.012


def test_without_data_nothing_is_decided() -> None:
    rounds = [(b, replace(c, measurements={})) for b, c in gate(QUIET, np.random.default_rng(1))]
    results = compare(rounds, POLICY, 0.01)
    assert {each.verdict for each in results} == {Verdict.INCONCLUSIVE}
    assert "too few executions" in results[0].explanation


def test_few_executions_are_enough_for_red_and_too_few_for_unchanged() -> None:
    """Four a round and side: rounds know how little they know."""
    few = World(samples=1, slices=4, rounds=9)
    results = compare(gate(few, np.random.default_rng(2), slower=15.0), POLICY, 0.01)
    assert red(results) == ["Operation0"]
    assert Verdict.UNCHANGED not in {each.verdict for each in results}


def test_before_five_rounds_only_what_is_gross_is_red() -> None:
    """All of few processes may be in the slower of two modes."""
    short = replace(QUIET, rounds=3)
    slower, much_slower = (
        compare(gate(short, np.random.default_rng(3), slower=factor), POLICY, 0.01) for factor in (1.2, 2.0)
    )
    assert red(much_slower) == ["Operation0"]
    assert red(slower) == []
    assert "fewer than five rounds show only changes above 25 %" in slower[0].explanation


def test_an_interval_above_the_noise_is_not_called_unchanged() -> None:
    coarse = replace(POLICY, thresholds=replace(POLICY.thresholds, latency_resolution=0.2))
    results = compare(gate(QUIET, np.random.default_rng(4), slower=1.05), coarse, 1e-12)
    latency = results[0].comparisons[0]
    assert POLICY.thresholds.latency_noise < latency.change.low < latency.change.high < 0.2
    assert latency.verdict is Verdict.INCONCLUSIVE
    assert "but not surely" in latency.explanation


def test_a_rise_as_large_as_the_resolution_passes_as_seldom_as_promised_at_all_looks_together() -> None:
    """One operation, so that nothing else holds a gate up: 2.5 % of 100 are 2 or 3, 8 have 0.3 %."""
    alone = replace(QUIET, operations=1, slices=2, samples=100, rounds=22)
    ended = [play(alone, seed, Change(slower=1.05)) for seed in range(100)]
    assert sum(not (each.red | each.still_open).any() for each in ended) <= 7


def test_one_in_two_hundred_and_fifty_that_takes_a_second_longer_does_not_pass() -> None:
    """Their mean is many times as long, though no p95 sees them, nor a share of slow ones worth a red."""
    changed = simulation.sides(replace(QUIET, rounds=22), Change(rare=0.004), np.random.default_rng(5))
    results = judge(changed, paired, POLICY, 0.01)
    assert results[0].verdict is Verdict.REGRESSED
    assert results[0].decided_by == "mean"
    assert {each.verdict for each in results[1:]} == {Verdict.UNCHANGED}


def test_coarse_buckets_decide_by_the_mean_and_say_what_they_cannot_show() -> None:
    """One bound a decade: p95 lies anywhere in a factor of ten, the exact sums still tell."""
    coarse = BOUNDS[::20]
    rounds = gate(QUIET, np.random.default_rng(5), slower=1.5)
    results = compare([(_rebin_run(b, coarse), _rebin_run(c, coarse)) for b, c in rounds], POLICY, 0.01)
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
