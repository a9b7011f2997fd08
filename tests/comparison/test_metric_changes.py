from __future__ import annotations

import numpy as np

from benchmarks.detection.simulation import laid_out
from mario_perf.comparison.metric_changes import compare_metrics
from mario_perf.configuration.policy import Policy
from mario_perf.statistics.change import paired

BOUNDS = 0.001 * 10 ** (np.arange(20) / 20)


def chance_of_p95(rounds: int) -> float:
    """The p-value of a p95 that is four buckets higher, in each round alike."""
    counts = np.zeros((2, rounds, 1, len(BOUNDS) + 1), dtype=np.int64)
    counts[..., 2] = 90
    counts[0, ..., 10], counts[1, ..., 14] = 10, 10
    sides = laid_out(
        BOUNDS,
        counts,
        np.full((2, rounds, 1), 0.15),
        np.zeros((2, rounds, 1), dtype=np.int64),
        one_pair=False,
    )
    change = compare_metrics(sides, paired, Policy(), metrics=("p95",)).changes["p95"].overall
    return float(change.above(np.array([0.05]))[0])


def test_two_rounds_that_fall_into_the_same_buckets_make_no_p95_certain() -> None:
    assert chance_of_p95(rounds=2) > 0.01


def test_eight_rounds_that_fall_into_the_same_buckets_do() -> None:
    assert chance_of_p95(rounds=8) < 0.0001
