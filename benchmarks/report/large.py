"""A gate of very many operations, measured by nobody."""

from __future__ import annotations

import numpy as np

from benchmarks.detection.simulation import HERE, World, gate
from mario_perf.measurement.measured_run import MeasuredRun
from mario_perf.run_record import Generator, Rates, RunRecord

ROUNDS = 12
SLICES = 10  # in each round: 120 together


def rounds(operations: int) -> list[MeasuredRun]:
    """A duet of ``operations`` operations, one of them slower by half."""
    world = World(operations=operations, rounds=ROUNDS, slices=SLICES)
    played = gate(world, np.random.default_rng(1), slower=1.5)
    return [MeasuredRun(_record(number, pair[0].window), pair) for number, pair in enumerate(played)]


def _record(number: int, window: object) -> RunRecord:
    return RunRecord.model_validate(
        {
            "run_id": f"round-{number + 1}",
            "scenario": "simulated",
            "seed": number,
            "model": "closed",
            "users": 2,
            "spawn_rate": 2.0,
            "shape": "constant",
            "command": ("simulated",),
            "whole_run": window,
            "window": window,
            "rates": Rates(offered=1000.0, achieved=1000.0),
            "generator": Generator(cpu_utilisation=0.2, loop_lag_p99=0.0, loop_lag_max=0.0),
            "environment": HERE,
            "targets": (),
        }
    )
