"""Two sides with different bounds, brought to the bounds that they share."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mario_perf.model import Measurement, RunMeasurement

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

MIN_SHARED_BOUNDS = 3
RELATIVE_TOLERANCE = 1e-9


def to_shared_bounds(runs: Sequence[RunMeasurement]) -> tuple[RunMeasurement, ...]:
    """The same runs, all on the bounds that every one of them has; exact, as counts are only added up.

    Raises:
        UserError: they share fewer than three bounds, so that nothing could be compared.
    """
    shared = shared_bounds([run.bounds for run in runs])
    if len(shared) < MIN_SHARED_BOUNDS:
        raise UserError(
            f"histogram bounds differ: the runs share {len(shared)} of {len(runs[0].bounds)} bounds, "
            f"at least {MIN_SHARED_BOUNDS} are needed; give both builds the same bounds"
        )
    return tuple(_rebin_run(run, shared) for run in runs)


def shared_bounds(all_bounds: Sequence[Floats]) -> Floats:
    """Bounds that stand in every list, equal up to rounding; ascending."""
    shared = all_bounds[0]
    for bounds in all_bounds[1:]:
        close = np.isclose(shared[:, None], bounds[None, :], rtol=RELATIVE_TOLERANCE, atol=0.0)
        shared = shared[close.any(axis=1)]
    return shared


def rebin(counts: Counts, bounds: Floats, shared: Floats) -> Counts:
    """Counts ``(..., B + 1)`` on ``bounds`` added up to ``(..., K + 1)`` on the ``K`` ``shared`` ones."""
    target = np.searchsorted(shared * (1 + RELATIVE_TOLERANCE), bounds, side="left")
    target = np.concatenate([target, [len(shared)]])
    # Buckets that go to one target lie side by side, so each target is the sum from its first to the next.
    firsts = np.searchsorted(target, np.arange(len(shared) + 1))
    return np.add.reduceat(counts, firsts, axis=-1)


def _rebin_run(run: RunMeasurement, shared: Floats) -> RunMeasurement:
    if len(shared) == len(run.bounds):
        return run

    def narrowed(measurement: Measurement) -> Measurement:
        return replace(measurement, slices=rebin(measurement.slices, run.bounds, shared))

    return replace(
        run, bounds=shared, measurements={name: narrowed(m) for name, m in run.measurements.items()}
    )
