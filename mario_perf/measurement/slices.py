"""Fewer, longer slices of a measurement: what a stored baseline keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mario_perf.model import Measurement, RunMeasurement


def merge(run: RunMeasurement, max_slices: int) -> RunMeasurement:
    """The same run in at most ``most`` slices; neighbours are added up, so no count is lost."""
    count = len(run.slice_edges) - 1
    if count <= max_slices:
        return run
    starts = np.unique(np.linspace(0, count, max_slices + 1).round().astype(np.intp))
    return replace(
        run,
        slice_edges=run.slice_edges[starts],
        measurements={name: _merge_measurement(each, starts[:-1]) for name, each in run.measurements.items()},
    )


def _merge_measurement(measurement: Measurement, starts: NDArray[np.intp]) -> Measurement:
    return replace(
        measurement,
        slices=np.add.reduceat(measurement.slices, starts, axis=0),
        slice_sums=np.add.reduceat(measurement.slice_sums, starts),
        slice_failures=np.add.reduceat(measurement.slice_failures, starts),
    )
