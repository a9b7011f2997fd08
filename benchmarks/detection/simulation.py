"""Gates with known truth: what a shared machine does to two builds that run side by side.

Every operation has its own scale and tail. On top of that come a level for each process (two processes of one
build differ), a disturbance shared by both sides that lingers from slice to slice (autocorrelated), a drift
over the gate, and bursts that hit one side only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.model import Measurement, Operation, RunMeasurement
from mario_perf.run_record import Environment, Side, Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

OUTAGE = 0.05
"""Failure ratio of a bad moment."""

BOUNDS = np.round(10 ** (np.arange(-80, 21) / 20), 9)
HERE = Environment(
    cpu_model="simulated",
    cores=2,
    memory_bytes=2**34,
    kernel="6.1",
    python="3.11",
    packages={},
    load_average=(0.0, 0.0, 0.0),
    hostname_hash="0",
)


@dataclass(frozen=True)
class World:
    """How noisy it is. Standard deviations of logarithms."""

    operations: int = 12
    rounds: int = 22
    slices: int = 8
    samples: int = 12  # executions of an operation in a slice
    tail: float = 0.35  # of single executions
    stragglers: float = 0.02  # share of executions that take several times as long
    process: float = 0.01  # between processes of one build
    machine: float = 0.15  # shared by both sides, from slice to slice
    memory: float = 0.9  # autocorrelation of the machine's disturbance
    apart: float = 0.03  # a slice's disturbance of one side only
    burst: float = 0.03  # share of slices in which one side is hit hard
    drift: float = 0.2  # from the first to the last round
    failing: float = 0.0  # failure ratio of both sides
    outage: float = 0.0  # share of rounds in which one side fails OUTAGE more


def gate(
    world: World, rng: np.random.Generator, *, slower: float = 1.0, failing: float = 0.0
) -> list[tuple[RunMeasurement, RunMeasurement]]:
    """All rounds of one gate whose candidate's first operation is ``slower`` and fails ``failing`` more."""
    levels = rng.normal(-6.5, 0.8, world.operations)
    rounds = []
    for number in range(world.rounds):
        shared = _machine(world, rng) + world.drift * number / world.rounds
        pair = []
        for side in ("baseline", "candidate"):
            change = np.zeros(world.operations)
            extra = np.zeros(world.operations)
            if side == "candidate":
                change[0], extra[0] = np.log(slower), failing
            process = rng.normal(0, world.process) + rng.normal(0, world.process, world.operations)
            own = rng.normal(0, world.apart, world.slices)
            own += rng.exponential(0.5, world.slices) * (rng.random(world.slices) < world.burst)
            extra += OUTAGE * (rng.random(world.operations) < world.outage)
            level = levels + change + process + (shared + own)[:, None]
            pair.append(_run(world, rng, side, level, world.failing + extra, number))
        rounds.append((pair[0], pair[1]))
    return rounds


def _machine(world: World, rng: np.random.Generator) -> NDArray[np.float64]:
    state = rng.normal(0, world.machine)
    states = []
    for _ in range(world.slices):
        innovation = world.machine * np.sqrt(1 - world.memory**2)
        state = world.memory * state + rng.normal(0, innovation)
        states.append(state)
    return np.array(states)


def _run(
    world: World,
    rng: np.random.Generator,
    side: Side,
    level: NDArray[np.float64],  # (S, O)
    failing: NDArray[np.float64],
    number: int,
) -> RunMeasurement:
    shape = (world.slices, world.operations, world.samples)
    # A lognormal body, and stragglers.
    logs = level[..., None] + rng.normal(0, world.tail, shape)
    logs += rng.exponential(1.0, shape) * (rng.random(shape) < world.stragglers)
    values = np.exp(logs)
    failed = rng.random(shape) < failing[None, :, None]
    index = np.searchsorted(BOUNDS, values)
    counts = np.zeros((world.slices, world.operations, len(BOUNDS) + 1), dtype=np.int64)
    s, o, _ = np.nonzero(~failed)
    np.add.at(counts, (s, o, index[~failed]), 1)
    sums = np.where(failed, 0.0, values).sum(axis=-1)
    edges = 1000.0 + number * 20 + np.arange(world.slices + 1.0)
    measurements = {}
    for column in range(world.operations):
        operation = Operation("command", f"Operation{column}")
        lost = failed[:, column].sum(axis=-1)
        measurements[operation.name] = Measurement(
            operation=operation,
            duration=float(world.slices),
            executions=world.slices * world.samples,
            failures={"exception": int(lost.sum())} if lost.any() else {},
            time_spent=float(sums[:, column].sum()),
            slices=counts[:, column],
            slice_sums=sums[:, column],
            slice_failures=lost,
        )
    return RunMeasurement(
        run_id=f"round-{number}",
        scenario="simulated",
        side=side,
        window=Span(start=float(edges[0]), end=float(edges[-1])),
        bounds=BOUNDS,
        slice_edges=edges,
        measurements=measurements,
        environment=HERE,
        revision=None,
    )
