"""The geometric mean over operations, with its interval over rounds."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.detection.simulation import Change, World, sides
from mario_perf.judgement.overall_change import overall_change

QUIET = World(operations=4, rounds=12, samples=200, process=0.005, apart=0.005, burst=0.0)


def test_it_is_the_geometric_mean_of_the_operations() -> None:
    found = overall_change(sides(QUIET, Change(slower=1.2), np.random.default_rng(1)))
    assert found is not None
    truth = 1.2 ** (1 / QUIET.operations) - 1
    assert found.low < truth < found.high
    assert found.value == pytest.approx(truth, abs=0.01)


@pytest.mark.simulation
def test_its_interval_holds_the_truth_as_often_as_it_says() -> None:
    held = 0
    for seed in range(200):
        found = overall_change(sides(World(operations=6, rounds=8), Change(), np.random.default_rng(seed)))
        assert found is not None
        held += found.low <= 0.0 <= found.high
    assert held >= 180


def test_one_round_and_one_pair_of_processes_show_no_spread() -> None:
    rng = np.random.default_rng(1)
    for world in (World(operations=2, rounds=1), World(operations=2, rounds=4, one_pair=True)):
        assert overall_change(sides(world, Change(), rng)) is None
