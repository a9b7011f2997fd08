"""What all operations moved by together between two sets of runs: the day of the machine, as far as known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mario_perf.comparison import metric_values
from mario_perf.comparison.operations import all_operations
from mario_perf.comparison.rebin import to_shared_bounds
from mario_perf.comparison.replicates import by_run
from mario_perf.statistics.change import unpaired

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mario_perf.model import RunMeasurement

    Floats = NDArray[np.float64]

MIN_OPERATIONS = 5
"""With fewer operations, a common shift looks like a change of one."""


def shift(baseline: Sequence[RunMeasurement], candidate: Sequence[RunMeasurement]) -> float:
    """What the typical times of all operations moved by together, relative; 0 for fewer than five."""
    runs = to_shared_bounds([*baseline, *candidate])
    names = [operation.name for operation in all_operations(runs)]
    baseline_runs, candidate_runs = runs[: len(baseline)], runs[len(baseline) :]
    before, after = metric_values.latency(by_run(baseline_runs, names), by_run(candidate_runs, names))
    return float(np.expm1(common_shift(unpaired(before, after, np.ones(len(names))).value)))


def common_shift(change: Floats) -> float:
    """What all operations moved by together: their median, 0 for fewer than five. Logarithms, shape (N,)."""
    known = change[np.isfinite(change)]
    return float(np.median(known)) if len(known) >= MIN_OPERATIONS else 0.0
