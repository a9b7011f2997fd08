"""The part under load with known truth: an open model in which requests queue.

Requests of all operations arrive at random, and one processor works them off in the order in which they came.
What only so many executions may enter at once, such as a lock, is waited for before that. Both builds get the
same arrivals in their turns; each turn is disturbed as on a shared machine.

``n`` requests, ``R`` rounds, ``O`` operations, ``B`` bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.detection.simulation import BOUNDS, Change, laid_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mario_perf.comparison.both_sides import Sides

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

TURN = 0.6
"""Seconds."""

TYPICAL = 0.95
"""Share of the fastest response times that the typical one is the mean of."""


@dataclass(frozen=True)
class LoadedWorld:
    """A service under load, and its machine. Standard deviations are of logarithms."""

    operations: int = 12
    rounds: int = 7  # of a gate that plays both parts in three minutes
    turns: int = 6  # of each build in a round
    rate: float = 450.0  # requests a second
    busy: float = 0.5  # share of the processor that they take
    tail: float = 0.4  # of single executions
    process: float = 0.01  # between processes of one build
    machine: float = 0.1  # what both builds' turns share
    apart: float = 0.05  # of each turn
    stalls: float = 0.2  # a second: moments in which the processor does nothing
    stall: float = 0.02  # their mean length, seconds
    preempted: float = 0.003  # share of executions that something else interrupts
    interruption: float = 0.005  # its mean length, seconds


@dataclass(frozen=True)
class _Turn:
    """What arrives in a turn, for both builds alike."""

    due: Floats  # (n,) seconds
    operation: Counts  # (n,)
    slowness: float

    @property
    def changed(self) -> NDArray[np.bool_]:
        """Requests of the operation that the change is of."""
        return np.asarray(self.operation == 0)


@dataclass(frozen=True)
class _Seen:
    """Times of one build in one round, ``(n,)``; seconds."""

    operation: Counts
    response: Floats
    service: Floats

    def of(self, operation: int) -> tuple[Floats, Floats]:
        mine = self.operation == operation
        return self.response[mine], self.service[mine]


def sides(world: LoadedWorld, change: Change, rng: np.random.Generator) -> Sides:
    """All rounds, as the judge lays them out."""
    scale = rng.normal(0, 0.6, world.operations)
    scale += np.log(world.busy / world.rate / np.exp(scale).mean()) - world.tail**2 / 2
    rounds = [_round(world, change, scale, rng) for _ in range(world.rounds)]
    return _laid_out(world, [[each[side] for each in rounds] for side in (0, 1)])


def _round(
    world: LoadedWorld, change: Change, scale: Floats, rng: np.random.Generator
) -> tuple[_Seen, _Seen]:
    turns = [_turn(world, rng) for _ in range(world.turns)]
    level = scale + rng.normal(0, world.process, (2, 1)) + rng.normal(0, world.process, (2, len(scale)))
    level[1] += np.log(change.factors(len(scale)))
    baseline = replace(change, places=0, spin=0.0)  # a section keeps nobody out there
    first = _play(world, baseline, level[0], turns, rng)
    return first, _play(world, change, level[1], turns, rng)


def _turn(world: LoadedWorld, rng: np.random.Generator) -> _Turn:
    requests = rng.poisson(world.rate * TURN)
    due = np.sort(rng.uniform(0, TURN, requests))
    return _Turn(due, rng.integers(0, world.operations, requests), rng.normal(0, world.machine))


def _play(
    world: LoadedWorld, change: Change, level: Floats, turns: Sequence[_Turn], rng: np.random.Generator
) -> _Seen:
    played = [_times(world, change, level, each, rng) for each in turns]
    response, service = (np.concatenate(each) for each in zip(*played, strict=True))
    return _Seen(np.concatenate([each.operation for each in turns]), response, service)


def _times(
    world: LoadedWorld, change: Change, level: Floats, turn: _Turn, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Response and service times. What wakes up from a section queues again, within its service time."""
    own = rng.normal(0, world.tail, len(turn.due)) + turn.slowness + rng.normal(0, world.apart)
    work = np.exp(level[turn.operation] + own) + change.spin * turn.changed
    interrupted = rng.random(len(work)) < world.preempted
    work[interrupted] += rng.exponential(world.interruption, int(interrupted.sum()))
    entered = turn.due.copy()
    entered[turn.changed] = _leave_section(turn.due[turn.changed], change)
    stalls = rng.poisson(world.stalls * TURN)
    at = np.append(entered, rng.uniform(0, TURN, stalls))
    done = _work_off(at, np.append(work, rng.exponential(world.stall, stalls)))[: len(work)]
    response = done - turn.due
    return response, np.where(turn.changed & (change.section > 0), response, work)


def _leave_section(due: Floats, change: Change) -> Floats:
    """When those that are ``due`` have been through the section: at most so many ``places`` at once."""
    if not change.places:
        return due + change.section
    left = np.empty_like(due)
    for place in range(change.places):  # of equal waits, every so many-th takes the same place
        left[place :: change.places] = _work_off(
            due[place :: change.places], np.full(len(due[place :: change.places]), change.section)
        )
    return left


def _work_off(at: Floats, work: Floats) -> Floats:
    """When each is done that comes ``at`` a moment: one at a time, in this order (Lindley 1952)."""
    order = np.argsort(at, kind="stable")
    until = np.cumsum(work[order])
    done = np.empty_like(at)
    done[order] = until + np.maximum.accumulate(at[order] - until + work[order])
    return done


def _laid_out(world: LoadedWorld, played: Sequence[Sequence[_Seen]]) -> Sides:
    shape = (2, world.rounds, world.operations)
    counts, sums = np.zeros((*shape, len(BOUNDS) + 1), dtype=np.int64), np.zeros(shape)
    typical, p95 = np.full((2, *shape), np.nan)
    for side, number, operation in np.ndindex(shape):
        response, service = played[side][number].of(operation)
        if not len(response):
            continue
        cell = (side, number, operation)
        counts[cell] = np.bincount(np.searchsorted(BOUNDS, service), minlength=len(BOUNDS) + 1)
        sums[cell] = service.sum()
        typical[cell], p95[cell] = np.log(_typical(response)), np.log(_p95(response))
    drawn = laid_out(BOUNDS, counts, sums, np.zeros(shape, dtype=np.int64), one_pair=False)
    baseline, candidate = (
        replace(each, times=typical[side], tails=p95[side]) for side, each in enumerate(drawn.client)
    )
    return replace(drawn, client=(baseline, candidate), under_load=True)


def _typical(times: Floats) -> float:
    kept = TYPICAL * len(times)
    weights = np.diff(np.minimum(np.arange(len(times) + 1), kept))
    return float(weights @ np.sort(times) / kept)


def _p95(times: Floats) -> float:
    """As the client's histograms say it: the value of one of the times."""
    return float(np.sort(times)[max(int(0.95 * len(times) + 0.5), 1) - 1])
