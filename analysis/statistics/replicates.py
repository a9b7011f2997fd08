"""Runs laid out as arrays: the independent pieces that the spread is judged by.

``R`` replicates, ``O`` operations, ``B`` bounds. A replicate is a round of fresh processes, or, where
there is only one, a block of time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.model import RunMeasurement

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
    durations: Floats  # (R,) seconds

    @property
    def executions(self) -> Counts:
        """Successes and failures, shape (R, O)."""
        return np.asarray(self.counts.sum(axis=-1) + self.failed)


def by_run(runs: Sequence[RunMeasurement], operations: Sequence[str]) -> Replicates:
    """Every run a replicate. An operation that a run did not see counts 0 there."""
    return _joined([_cut(run, operations, np.array([0])) for run in runs])


def by_block(run: RunMeasurement, operations: Sequence[str], block: float = BLOCK) -> Replicates:
    """One run cut into blocks of about ``block`` seconds; the same cuts for every operation.

    Both sides of a duet are scraped within milliseconds of each other, so equal block numbers of the two
    sides are the same stretch of time.
    """
    starts = run.slice_edges[:-1] - run.slice_edges[0]
    length = run.slice_edges[-1] - run.slice_edges[0]
    pieces = max(round(length / block), 1)
    block_of_slice = np.minimum((starts / length * pieces).astype(int), pieces - 1)
    return _cut(run, operations, np.unique(block_of_slice, return_index=True)[1])


def _cut(run: RunMeasurement, operations: Sequence[str], firsts: NDArray[np.intp]) -> Replicates:
    """Slices added up from each of ``firsts`` to the next."""
    slices = len(run.slice_edges) - 1
    counts = np.zeros((slices, len(operations), len(run.bounds) + 1), dtype=np.int64)
    sums = np.zeros((slices, len(operations)))
    failed = np.zeros((slices, len(operations)), dtype=np.int64)
    for column, name in enumerate(operations):
        if measurement := run.measurements.get(name):
            counts[:, column] = measurement.slices
            sums[:, column] = measurement.slice_sums
            failed[:, column] = measurement.slice_failures
    return Replicates(
        bounds=run.bounds,
        counts=np.add.reduceat(counts, firsts),
        sums=np.add.reduceat(sums, firsts),
        failed=np.add.reduceat(failed, firsts),
        durations=np.diff(np.append(run.slice_edges[firsts], run.slice_edges[-1])),
    )


def _joined(parts: Sequence[Replicates]) -> Replicates:
    arrays = {
        f.name: np.concatenate([getattr(part, f.name) for part in parts])
        for f in fields(Replicates)
        if f.name != "bounds"
    }
    return Replicates(bounds=parts[0].bounds, **arrays)
