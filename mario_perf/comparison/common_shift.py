"""What all operations moved by together between two sets of runs: the day of the machine, as far as known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mario_perf.comparison import metric_values
from mario_perf.comparison.operations import all_operations
from mario_perf.comparison.rebin import to_shared_bounds
from mario_perf.comparison.replicates import by_run
from mario_perf.statistics.disturbance import levels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.model import RunMeasurement


def shift(baseline: Sequence[RunMeasurement], candidate: Sequence[RunMeasurement]) -> float:
    """What the typical times of all operations moved by together, relative; 0 for fewer than five."""
    runs = to_shared_bounds([*baseline, *candidate])
    names = [operation.name for operation in all_operations(runs)]
    both = metric_values.latency(by_run(runs[: len(baseline)], names), by_run(runs[len(baseline) :], names))
    moved = levels(np.concatenate(both))
    return float(np.expm1(moved[len(baseline) :].mean() - moved[: len(baseline)].mean()))
