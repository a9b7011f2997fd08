"""A service that becomes slower with what it has stored is red, and the growth is named."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from mario_perf.configuration.policy import Policy, Thresholds
from mario_perf.judgement.cost_results import SHARE, compare_costs
from mario_perf.model import Measurement, Operation, Verdict

ALPHA = 0.01 * SHARE
BOUNDS = np.geomspace(1e-4, 1e-1, 61)
NAME = "PlaceOrderCommand"
POLICY = Policy(indicators=())


def side(random: np.random.Generator, growth: float) -> Any:
    """Orders of a millisecond, and ``growth`` seconds more after a thousand of them; 60 in each second."""
    process, slices = random.normal(1.0, 0.05), []
    done = 0
    for _ in range(5):
        orders = int(random.poisson(60))
        typical = 0.001 * process * random.normal(1.0, 0.03) + growth * (done + np.arange(orders)) / 1000
        slices.append(typical * random.lognormal(0.0, 0.2, orders))
        done += orders
    counts = np.array([np.bincount(np.searchsorted(BOUNDS, each), minlength=62) for each in slices])
    sums = np.array([each.sum() for each in slices])
    nothing = np.zeros(5, dtype=np.int64)
    measurement = Measurement(Operation("command", NAME), 5.0, done, {}, sums.sum(), counts, sums, nothing)
    return SimpleNamespace(measurements={NAME: measurement}, bounds=BOUNDS, costs=None)


def judged(seed: int, rounds: int, baseline: float, candidate: float) -> list[Verdict]:
    random = np.random.default_rng(seed)
    pairs = [(side(random, baseline), side(random, candidate)) for _ in range(rounds)]
    return [each.verdict for each in compare_costs(pairs, POLICY, ALPHA)]


def test_a_growth_of_the_candidate_alone_is_red_and_says_by_how_much() -> None:
    random = np.random.default_rng(1)
    pairs = [(side(random, 0.0), side(random, 0.0008)) for _ in range(12)]
    (result,) = compare_costs(pairs, POLICY, ALPHA)
    assert result.verdict is Verdict.REGRESSED
    assert result.explanation.startswith(f"Growth of the time of {NAME} rose from ")
    assert 0.0005 < result.change.value < 0.0011


def test_a_growth_below_the_operations_own_threshold_is_not_red() -> None:
    random = np.random.default_rng(1)
    pairs = [(side(random, 0.0), side(random, 0.0008)) for _ in range(12)]
    tolerant = replace(POLICY, operations={NAME: Thresholds(growth_noise=1.0, growth_resolution=2.0)})
    (result,) = compare_costs(pairs, tolerant, ALPHA)
    assert result.verdict is Verdict.UNCHANGED


def test_a_growth_of_both_sides_is_no_regression() -> None:
    assert Verdict.REGRESSED not in judged(1, 12, 0.0008, 0.0008)


def test_no_unchanged_build_is_red_by_growth_in_a_thousand_rounds() -> None:
    assert all(Verdict.REGRESSED not in judged(seed, 10, 0.0, 0.0) for seed in range(100))
