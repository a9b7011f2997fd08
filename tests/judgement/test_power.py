"""What a few rounds say of longer gates, held against the judge and against longer gates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.detection.simulation import World, gate
from mario_perf.configuration.policy import Policy
from mario_perf.judgement.duet_results import compare, lay_out
from mario_perf.judgement.power import rounds_needed, spread
from mario_perf.judgement.sequential import plan
from mario_perf.model import Verdict

if TYPE_CHECKING:
    from mario_perf.comparison.both_sides import Sides

pytestmark = pytest.mark.simulation

POLICY = Policy()
QUIET = World(samples=60, burst=0.0)
STRAYING = World(samples=60, burst=0.0, process=0.06)
SEEDS = range(12)


def sides(world: World, seed: int, rounds: int = 4) -> Sides:
    return lay_out(gate(replace(world, rounds=rounds), np.random.default_rng(seed)))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_gate_that_is_long_enough_is_one_that_the_judge_says_could_see_it(seed: int) -> None:
    rounds = gate(World(rounds=6), np.random.default_rng(seed))
    alpha = plan(POLICY.false_alarm_rate, 6).looks[-1][1]
    least = [result.comparisons[0].detectable for result in compare(rounds, POLICY, alpha)]
    for change in (0.02, 0.05, 0.1, 0.2, 0.5):
        needed = rounds_needed(lay_out(rounds), POLICY, change)
        for seen, enough in zip(least, needed, strict=True):
            assert enough <= 6 if seen <= change else enough != 6


def test_gates_as_long_as_it_says_do_see_the_change() -> None:
    """Told from four rounds: the chance is 80 %, or more where other operations need longer."""
    world = World(apart=0.02, burst=0.0)
    needed = int(np.median([rounds_needed(sides(world, seed), POLICY, 0.1).max() for seed in SEEDS]))
    longer = replace(world, rounds=needed)
    alpha = plan(POLICY.false_alarm_rate, needed).looks[-1][1]
    found = 0
    for seed in range(20):
        results = compare(gate(longer, np.random.default_rng(100 + seed), slower=1.1), POLICY, alpha)
        found += results[0].verdict is Verdict.REGRESSED
    assert found >= 12


def test_a_smaller_change_or_a_noisier_machine_needs_longer() -> None:
    for seed in SEEDS:
        needed = rounds_needed(sides(QUIET, seed), POLICY, 0.1)
        assert (needed <= rounds_needed(sides(QUIET, seed), POLICY, 0.05)).all()
        assert np.median(needed) < np.median(rounds_needed(sides(STRAYING, seed), POLICY, 0.1))


def test_the_spread_of_rounds_is_what_the_machine_was_given() -> None:
    """Each side strays by ``process``, their difference by the root of two times that, and counting noise."""
    told = [np.median(spread(sides(STRAYING, seed, rounds=8), POLICY)) for seed in SEEDS]
    assert 0.05 < np.median(told) < 0.15


def test_of_too_few_executions_nothing_is_told() -> None:
    few = sides(World(samples=1, slices=2), 1)
    assert np.isnan(spread(few, POLICY)).all()
    assert np.isinf(rounds_needed(few, POLICY, 0.1)).all()
