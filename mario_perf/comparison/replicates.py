"""Runs laid out as arrays: the independent pieces that the spread is judged by.

``R`` replicates, ``O`` operations, ``B`` bounds. A replicate is a round of fresh processes, or, where
there is only one, a block of time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.sources.counters import apportion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mario_perf.model import RunMeasurement

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

BLOCK = 5.0
"""Seconds of a block. Long against what lingers from one second to the next (garbage collection, a disk
flush, a neighbour's burst), so that blocks vary nearly independently."""


@dataclass(frozen=True, slots=True)
class Replicates:
    """One side of a comparison."""

    bounds: Floats  # (B,) seconds
    counts: Counts  # (R, O, B + 1) successes
    sums: Floats  # (R, O) seconds
    failed: Counts  # (R, O)
    executions: Counts  # (R, O) successes, failures, and what a business rule refused
    durations: Floats  # (R,) seconds

    def first(self, replicates: int) -> Replicates:
        """The first few alone."""
        arrays = {f.name: getattr(self, f.name)[:replicates] for f in fields(self) if f.name != "bounds"}
        return Replicates(bounds=self.bounds, **arrays)


def by_run(runs: Sequence[RunMeasurement], operations: Sequence[str]) -> Replicates:
    """Every run a replicate. An operation that a run did not see counts 0 there."""
    return _concatenate([_cut(run, operations, np.array([0])) for run in runs])


def by_block(
    sides: tuple[RunMeasurement, RunMeasurement], operations: Sequence[str], block: float = BLOCK
) -> tuple[Replicates, Replicates]:
    """Both sides of one round, cut at the same moments into blocks of about ``block`` seconds.

    It is cut only where both were scraped, to within half a block; else the block is as much longer.
    """
    edges = [side.slice_edges for side in sides]
    start, end = min(each[0] for each in edges), max(each[-1] for each in edges)
    firsts = [(0, 0)]
    for moment in np.linspace(start, end, max(round((end - start) / block), 1) + 1)[1:-1]:
        ours, theirs = (int(np.abs(each[:-1] - moment).argmin()) for each in edges)
        near = max(abs(edges[0][ours] - moment), abs(edges[1][theirs] - moment)) <= block / 2
        if near and ours > firsts[-1][0] and theirs > firsts[-1][1]:
            firsts.append((ours, theirs))
    cuts = np.array(firsts)
    return _cut(sides[0], operations, cuts[:, 0]), _cut(sides[1], operations, cuts[:, 1])


def _cut(run: RunMeasurement, operations: Sequence[str], firsts: NDArray[np.intp]) -> Replicates:
    """Slices added up from each of ``firsts`` to the next."""
    slices = len(run.slice_edges) - 1
    counts = np.zeros((slices, len(operations), len(run.bounds) + 1), dtype=np.int64)
    sums = np.zeros((slices, len(operations)))
    failed = np.zeros((slices, len(operations)), dtype=np.int64)
    executions = np.zeros((slices, len(operations)), dtype=np.int64)
    for column, name in enumerate(operations):
        if measurement := run.measurements.get(name):
            counts[:, column] = measurement.slices
            sums[:, column] = measurement.slice_sums
            failed[:, column] = measurement.slice_failures
            in_slices = measurement.slices.sum(axis=-1) + measurement.slice_failures
            executions[:, column] = apportion(measurement.executions, in_slices)
    return Replicates(
        bounds=run.bounds,
        counts=np.add.reduceat(counts, firsts),
        sums=np.add.reduceat(sums, firsts),
        failed=np.add.reduceat(failed, firsts),
        executions=np.add.reduceat(executions, firsts),
        durations=np.diff(np.append(run.slice_edges[firsts], run.slice_edges[-1])),
    )


def _concatenate(parts: Sequence[Replicates]) -> Replicates:
    arrays = {
        f.name: np.concatenate([getattr(part, f.name) for part in parts])
        for f in fields(Replicates)
        if f.name != "bounds"
    }
    return Replicates(bounds=parts[0].bounds, **arrays)
