"""The change between runs of now and runs that were kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mario_perf.comparison.rebin import to_shared_bounds
from mario_perf.judgement.layout import lay_out_runs
from mario_perf.judgement.operation_results import judge
from mario_perf.statistics.change import Changes, unpaired
from mario_perf.statistics.disturbance import levels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mario_perf.configuration.policy import Policy
    from mario_perf.model import OperationResult, RunMeasurement

    Floats = NDArray[np.float64]


def compare(
    baseline: Sequence[RunMeasurement], candidate: Sequence[RunMeasurement], policy: Policy, alpha: float
) -> tuple[OperationResult, ...]:
    """Judge the candidate's runs against the baseline's; every run is a replicate.

    A machine is faster one day and slower the next, and all operations with it. Where there are enough of
    them, what all operations of a run share is taken out of each run before the spread of the runs is read
    (``common_shift`` tells the change of it), so that what is named is what stands out.

    Raises:
        UserError: the runs share too few histogram bounds.
    """
    runs = to_shared_bounds([*baseline, *candidate])
    sides = lay_out_runs(runs[: len(baseline)], runs[len(baseline) :], concurrent=False)
    return judge(sides, _against_drift, policy, alpha)


def _against_drift(baseline: Floats, candidate: Floats, scale: Floats) -> Changes:
    moved = levels(np.concatenate((baseline, candidate)))[:, None]
    change = unpaired(baseline - moved[: len(baseline)], candidate - moved[len(baseline) :], scale)
    return Changes(change, change, change, change.value, change.value)
