"""Gates put together from real rounds: the noise is the machine's own, and the change is put in afterwards.

A kept round of an unchanged build is drawn with its sides in either order, so that nothing tells them apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.detection import records
from benchmarks.detection.conditions import UNCHANGED
from benchmarks.detection.simulation import laid_out

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.detection.simulation import Change
    from mario_perf.comparison.both_sides import Sides

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Kept:
    """``K`` rounds, each with baseline and candidate, ``O`` operations and ``B`` bounds."""

    bounds: Floats
    counts: Counts  # (K, 2, O, B + 1)
    sums: Floats  # (K, 2, O) seconds
    failed: Counts  # (K, 2, O)


@dataclass(frozen=True)
class Played:
    """One side of ``R`` rounds."""

    counts: Counts  # (R, O, B + 1)
    sums: Floats  # (R, O) seconds
    failed: Counts  # (R, O)


@cache
def kept() -> Kept:
    """All rounds of unchanged builds that the benchmark has played."""
    gates = _unchanged()
    rounds = [(each.baseline, each.candidate) for gate in gates for each in gate.rounds]
    names = sorted(rounds[0][0])
    bounds = np.array(gates[0].bounds)
    counts = np.zeros((len(rounds), 2, len(names), len(bounds) + 1), dtype=np.int64)
    sums, failed = np.zeros(counts.shape[:-1]), np.zeros(counts.shape[:-1], dtype=np.int64)
    for number, both in enumerate(rounds):
        for side, histograms in enumerate(both):
            for column, name in enumerate(names):
                if seen := histograms.get(name):
                    counts[number, side, column, list(seen.counts)] = list(seen.counts.values())
                    sums[number, side, column], failed[number, side, column] = seen.sum, seen.failed
    return Kept(bounds, counts, sums, failed)


def provenance() -> str:
    """How many there are, and when they were played."""
    gates = _unchanged()
    days = ", ".join(sorted({each.started[:10] for each in gates}))
    rounds = sum(len(each.rounds) for each in gates)
    return f"{rounds} of {len(gates)} gates of an unchanged build, kept on {days}"


def _unchanged() -> list[records.Gate]:
    return [each for each in records.read() if each.condition == UNCHANGED.name]


def sides(rounds: int, change: Change, rng: np.random.Generator) -> Sides:
    """One gate of so many rounds, as its judge lays it out."""
    pool = kept()
    drawn = rng.integers(0, len(pool.sums), rounds)
    order = rng.integers(0, 2, rounds)
    baseline, candidate = (
        Played(pool.counts[drawn, side], pool.sums[drawn, side], pool.failed[drawn, side])
        for side in (order, 1 - order)
    )
    changed = _changed(pool.bounds, candidate, change, rng)
    return laid_out(
        pool.bounds,
        np.stack([baseline.counts, changed.counts]),
        np.stack([baseline.sums, changed.sums]),
        np.stack([baseline.failed, changed.failed]),
        one_pair=False,
    )


def _changed(bounds: Floats, candidate: Played, change: Change, rng: np.random.Generator) -> Played:
    """The candidate's rounds with the change in them."""
    factors = change.factors(candidate.sums.shape[1])
    counts, sums = _scaled(bounds, candidate.counts, factors, rng), candidate.sums * factors
    lost = rng.binomial(counts[:, 0], change.failing)
    left = 1 - lost.sum(axis=-1) / np.maximum(counts[:, 0].sum(axis=-1), 1)
    late = rng.binomial(counts[:, 0] - lost, change.rare)
    counts[:, 0] -= lost + late
    counts[:, 0, np.searchsorted(bounds, 1.0)] += late.sum(axis=-1)
    sums[:, 0] = sums[:, 0] * left + late.sum(axis=-1)
    failed = candidate.failed.copy()
    failed[:, 0] += lost.sum(axis=-1)
    return Played(counts, sums, failed)


def _scaled(bounds: Floats, counts: Counts, factors: Floats, rng: np.random.Generator) -> Counts:
    """Histograms of durations multiplied by ``factors`` ``(O,)``: by whole buckets, and a part of each."""
    width = np.log(bounds[1] / bounds[0])
    shifts = np.log(factors) / width
    scaled = counts.copy()
    for column in np.flatnonzero(shifts):
        whole = int(np.floor(shifts[column]))
        further = rng.binomial(counts[:, column], shifts[column] - whole)
        moved = _moved(counts[:, column] - further, whole) + _moved(further, whole + 1)
        scaled[:, column] = moved
    return scaled


def _moved(counts: Counts, buckets: int) -> Counts:
    """Counts ``(R, B + 1)`` so many buckets up; what would leave stays in the first or the last."""
    last = counts.shape[1] - 1
    moved = np.zeros_like(counts)
    for bucket in range(last + 1):
        moved[:, min(max(bucket + buckets, 0), last)] += counts[:, bucket]
    return moved
