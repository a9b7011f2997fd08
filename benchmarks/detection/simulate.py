"""Thousands of gates with known truth."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from analysis.model import Verdict
from analysis.policy import Policy
from analysis.statistics.binomial import exact_interval
from analysis.statistics.duet import compare
from analysis.statistics.sequential import decided, plan
from benchmarks.detection.simulation import World, gate

WORLDS = {
    # Rounds lie as far apart as in the kept gates of an unchanged build. Typical time and p95, with and
    # without what all operations share: 0.034, 0.026, 0.11, 0.10; under other load 0.06, 0.033, 0.14, 0.12.
    "as measured, calm": World(samples=21, tail=0.15, stragglers=0.05, process=0.007, burst=0.005),
    "as measured, busy": World(
        samples=18, tail=0.15, stragglers=0.06, process=0.008, apart=0.05, burst=0.015
    ),
    "very noisy": World(samples=15, apart=0.08, burst=0.1, process=0.03, machine=0.4),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Of one simulated gate."""

    red: bool
    open: bool
    rounds: int
    covered: float  # share of operations whose interval held the truth, all rounds played


def table(gates: int) -> str:
    """Markdown: false alarms and coverage by world, ``gates`` unchanged builds each."""
    lines = [
        "| world | gates | wrongly red | undecided | median rounds | interval covers |",
        "|---|---|---|---|---|---|",
    ]
    for name, world in WORLDS.items():
        with ProcessPoolExecutor() as pool:
            answers = list(pool.map(partial(null, world), range(gates), chunksize=20))
        red = sum(each.red for each in answers)
        low, high = exact_interval(np.array(red), np.array(gates), 0.95)
        lines.append(
            f"| {name} | {gates} | {red / gates:.2%} ({float(low):.2%}-{float(high):.2%}) "
            f"| {np.mean([each.open for each in answers]):.0%} "
            f"| {np.median([each.rounds for each in answers]):.0f} "
            f"| {np.mean([each.covered for each in answers]):.1%} of 95 % |"
        )
    return "\n".join(lines)


def null(world: World, seed: int) -> Answer:
    """One gate of two equal builds, stopped as a real one would be."""
    policy = Policy()
    rounds = gate(world, np.random.default_rng((2026, seed)))
    for number, alpha in plan(policy.false_alarm_rate, world.rounds).looks:
        results = compare(rounds[:number], policy, alpha)
        if decided(results):
            break
    whole = compare(rounds, policy, policy.false_alarm_rate)
    changes = [each.comparisons[0].change for each in whole]
    return Answer(
        red=any(each.verdict is Verdict.REGRESSED for each in results),
        open=not decided(results),
        rounds=number,
        covered=float(np.mean([each.low <= 0 <= each.high for each in changes])),
    )
