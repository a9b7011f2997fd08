"""Gates with known truth: what a shared machine does to two builds that run side by side.

Every operation has its own scale and tail. On top of that come a level for each process (two processes of one
build differ, and may have two modes), a disturbance shared by both sides that lingers from slice to slice
(autocorrelated), a drift over the gate, and bursts that hit one side only.

``R`` rounds, ``S`` slices, ``O`` operations, ``B`` bounds, ``n`` executions; 2 are baseline and candidate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.comparison.both_sides import Sides
from mario_perf.comparison.client_side import ClientSide
from mario_perf.comparison.replicates import Replicates
from mario_perf.judgement.sequential import MIN_ROUNDS_FOR_RED
from mario_perf.model import Measurement, Operation, RunMeasurement
from mario_perf.run_record import Environment, Side, Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

OUTAGE = 0.05
"""Failure ratio of a bad moment."""

SLOWEST = 2.5
"""A straggler takes twelve times as long at most, in logarithms."""

A_DECADE = 20
LOWEST = -4
BOUNDS = np.round(10.0 ** (LOWEST + np.arange(101) / A_DECADE), 9)
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
    rounds: int = 29
    slices: int = 8
    samples: int = 12  # executions of an operation in a slice
    tail: float = 0.35  # of single executions
    stragglers: float = 0.02  # share of executions that take several times as long
    rare: float = 0.0  # share of the first operation's executions that take a second longer
    process: float = 0.01  # between processes of one build
    modes: float = 0.0  # distance of the second mode that every other process is in
    moded: int = 0  # operations that have modes of their own; 0: a process is in its mode as a whole
    one_pair: bool = False  # the same two processes in all rounds
    machine: float = 0.15  # shared by both sides, from slice to slice
    memory: float = 0.9  # autocorrelation of the machine's disturbance
    apart: float = 0.03  # a slice's disturbance of one side only
    burst: float = 0.03  # share of slices in which one side is hit hard
    drift: float = 0.2  # from the first to the last round
    failing: float = 0.0  # failure ratio of both sides
    failing_spread: float = 0.0  # between processes, relative to the ratio; at 1 half of them never fail
    outage: float = 0.0  # share of rounds in which one side fails OUTAGE more


@dataclass(frozen=True)
class Change:
    """What was done to the candidate: to its first operation, or to the last ones."""

    slower: float = 1.0
    failing: float = 0.0
    rare: float = 0.0  # share of executions that take a second longer
    section: float = 0.0  # seconds that it waits under load: of the candidate so many ``places`` at once
    places: int = 0  # 0: any number
    spin: float = 0.0  # seconds under load for which nothing else is worked off
    faster: float = 1.0
    faster_operations: int = 0

    @property
    def makes_worse(self) -> bool:
        """Whether a gate should name the first operation."""
        return self.slower > 1 or max(self.failing, self.rare, self.places, self.spin) > 0

    def factors(self, operations: int) -> Floats:
        """By how much each operation's durations are multiplied, ``(O,)``."""
        factors = np.ones(operations)
        factors[0] = self.slower
        factors[operations - self.faster_operations :] = self.faster
        return factors


@dataclass(frozen=True)
class _Drawn:
    """Every single execution."""

    logs: Floats  # (2, R, S, O, n) logarithms of seconds
    failed: Flags


def gate(
    world: World, rng: np.random.Generator, *, slower: float = 1.0, failing: float = 0.0
) -> list[tuple[RunMeasurement, RunMeasurement]]:
    """All rounds of one gate whose candidate's first operation is ``slower`` and fails ``failing`` more."""
    drawn = _drawn(world, Change(slower=slower, failing=failing), rng)
    counts, sums, failed = _counted(drawn)
    return [
        (
            _run(world, "baseline", (counts[0, number], sums[0, number], failed[0, number]), number),
            _run(world, "candidate", (counts[1, number], sums[1, number], failed[1, number]), number),
        )
        for number in range(world.rounds)
    ]


def sides(world: World, change: Change, rng: np.random.Generator) -> Sides:
    """The same as a gate's judge lays it out, and much faster."""
    drawn = _drawn(world, change, rng)
    shape = (2, world.rounds, 1, world.operations, world.slices * world.samples)
    logs, lost = (np.swapaxes(drawn.logs, 2, 3), np.swapaxes(drawn.failed, 2, 3))
    counts, sums, failed = _counted(_Drawn(logs.reshape(shape), lost.reshape(shape)))
    return laid_out(BOUNDS, counts[:, :, 0], sums[:, :, 0], failed[:, :, 0], one_pair=world.one_pair)


def laid_out(
    bounds: Floats, counts: NDArray[np.int64], sums: Floats, failed: NDArray[np.int64], *, one_pair: bool
) -> Sides:
    """Both sides from arrays ``(2, R, O, B + 1)`` and ``(2, R, O)``."""
    rounds, operations = sums.shape[1:]
    played = counts.sum(axis=-1) + failed
    each = [
        Replicates(bounds, counts[k], sums[k], failed[k], played[k], np.full(rounds, 8.0)) for k in (0, 1)
    ]
    unseen = [
        ClientSide(played[k], np.zeros_like(failed[k]), *np.full((2, *sums.shape[1:]), np.nan))
        for k in (0, 1)
    ]
    return Sides(
        operations=tuple(Operation("command", f"Operation{number}") for number in range(operations)),
        baseline=each[0],
        candidate=each[1],
        failures=(({}, {}),) * operations,
        client=(unseen[0], unseen[1]),
        service_reports_failures=True,
        concurrent=True,
        few_rounds=rounds < MIN_ROUNDS_FOR_RED,
        same_processes=one_pair,
    )


def _drawn(world: World, change: Change, rng: np.random.Generator) -> _Drawn:
    r, s, o = world.rounds, world.slices, world.operations
    level = np.zeros((2, r, s, o))
    level += rng.normal(-6.5, 0.8, o)
    level[1] += np.log(change.factors(o))
    level += _processes(world, rng)[:, :, None]
    own = rng.normal(0, world.apart, (2, r, s))
    own += rng.exponential(0.5, (2, r, s)) * (rng.random((2, r, s)) < world.burst)
    level += (own + _machine(world, rng))[..., None]
    shape = (*level.shape, world.samples)
    # A lognormal body, and stragglers.
    logs = level[..., None] + world.tail * rng.standard_normal(shape, dtype=np.float32)
    late = rng.random(shape, dtype=np.float32) < world.stragglers
    logs[late] += np.minimum(rng.exponential(1.0, int(late.sum())), SLOWEST)
    for side, rare in ((0, world.rare), (1, world.rare), (1, change.rare)):
        hit = rng.random(shape[1:3] + shape[4:]) < rare
        first = logs[side, :, :, 0]
        first[hit] = np.log(np.exp(first[hit]) + 1.0)
    failing = _failing(world, rng)
    failing[1, :, 0] += change.failing
    return _Drawn(logs, rng.random(shape, dtype=np.float32) < failing[:, :, None, :, None])


def _processes(world: World, rng: np.random.Generator) -> Floats:
    """The level of each process and of its operations, ``(2, R, O)``."""
    r = 1 if world.one_pair else world.rounds
    level = rng.normal(0, world.process, (2, r, 1)) + rng.normal(0, world.process, (2, r, world.operations))
    moded = rng.integers(0, 2, (2, r, max(world.moded, 1)))
    level[:, :, : world.moded or None] += world.modes * moded
    return np.broadcast_to(level, (2, world.rounds, world.operations))


def _failing(world: World, rng: np.random.Generator) -> Floats:
    """Failure ratios, ``(2, R, O)``: by process all or nothing, or gamma where they spread wider."""
    shape = (2, world.rounds, world.operations)
    ratios = np.full(shape, world.failing)
    if world.failing_spread == 1.0:
        ratios *= 2 * rng.integers(0, 2, shape)
    elif world.failing_spread:
        form = world.failing_spread**-2
        ratios = np.minimum(ratios * rng.gamma(form, 1 / form, shape), 1.0)
    return np.asarray(ratios + OUTAGE * (rng.random(shape) < world.outage))


def _machine(world: World, rng: np.random.Generator) -> Floats:
    """What both sides share, ``(R, S)``."""
    states = [rng.normal(0, world.machine, world.rounds)]
    for _ in range(world.slices - 1):
        innovation = rng.normal(0, world.machine * np.sqrt(1 - world.memory**2), world.rounds)
        states.append(world.memory * states[-1] + innovation)
    drift = world.drift * np.arange(world.rounds) / world.rounds
    return np.asarray(np.stack(states, axis=1) + drift[:, None])


def _counted(drawn: _Drawn) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64]]:
    """Histograms ``(2, R, S, O, B + 1)``, sums and failures ``(2, R, S, O)``."""
    cells = drawn.logs.shape[:-1]
    place = np.ceil((drawn.logs / np.log(10) - LOWEST) * A_DECADE).clip(0, len(BOUNDS)).astype(np.int64)
    place += np.arange(np.prod(cells)).reshape(*cells, 1) * (len(BOUNDS) + 1)
    succeeded = ~drawn.failed
    size = int(np.prod(cells)) * (len(BOUNDS) + 1)
    counts = np.bincount(place[succeeded], minlength=size).reshape(*cells, -1)
    return counts, (np.exp(drawn.logs) * succeeded).sum(axis=-1), drawn.failed.sum(axis=-1)


def _run(
    world: World,
    side: Side,
    seen: tuple[NDArray[np.int64], Floats, NDArray[np.int64]],
    number: int,
) -> RunMeasurement:
    counts, sums, failed = seen
    edges = 1000.0 + number * 20 + np.arange(world.slices + 1.0)
    measurements = {}
    for column in range(world.operations):
        operation = Operation("command", f"Operation{column}")
        lost = failed[:, column]
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
