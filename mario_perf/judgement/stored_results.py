"""The change between runs of now and runs that were kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.comparison import metric_values
from mario_perf.comparison.rebin import to_shared_bounds
from mario_perf.comparison.reference_logs import reference_logs
from mario_perf.judgement.layout import lay_out_runs
from mario_perf.judgement.operation_results import judge
from mario_perf.model import ReferenceLevels
from mario_perf.statistics.adjustment import whole_change
from mario_perf.statistics.change import Changes, unpaired
from mario_perf.statistics.disturbance import levels
from mario_perf.validity import reference_checks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from mario_perf.comparison.both_sides import Sides
    from mario_perf.configuration.policy import Policy
    from mario_perf.model import Finding, OperationResult, RunMeasurement

    Floats = NDArray[np.float64]

WHOLE_SHARE = 0.5
"""Of the promise: what the change of all operations together may spend, where a reference shows it."""


def compare(
    baseline: Sequence[RunMeasurement],
    candidate: Sequence[RunMeasurement],
    policy: Policy,
    alpha: float,
    apart: float = 0.0,
) -> tuple[OperationResult, ...]:
    """Judge the candidate's runs against the baseline's; every run is a replicate.

    A machine is faster one day and slower the next, and all operations with it. A reference beside every run
    shows by how much. Without one, what all operations of a run share is taken out of each run, if there are
    enough of them, before the spread of the runs is read (``common_shift`` tells the change of it).

    ``apart``: how far operations lie apart on both sides' machines beyond the reference (``ReferenceLogs``).

    Raises:
        UserError: the runs share too few histogram bounds.
    """
    sides = lay_out(baseline, candidate, apart)
    return judge(sides, _against_drift, policy, alpha * (1.0 if sides.reference is None else 1 - WHOLE_SHARE))


def lay_out(
    baseline: Sequence[RunMeasurement], candidate: Sequence[RunMeasurement], apart: float = 0.0
) -> Sides:
    """The replicates of both sides, in arrays.

    Raises:
        UserError: the runs share too few histogram bounds.
    """
    runs = to_shared_bounds([*baseline, *candidate])
    sides = lay_out_runs(runs[: len(baseline)], runs[len(baseline) :], concurrent=False)
    return replace(sides, reference=reference_logs(baseline, candidate, apart))


def reference_beside(runs: Sequence[RunMeasurement]) -> ReferenceLevels | None:
    """Of all runs together; None unless one version of it ran beside each."""
    beside = [run.reference for run in runs]
    known = [each for each in beside if each is not None]
    if not known or len(known) < len(beside) or len({each.version for each in known}) > 1:
        return None
    typical = {
        name: float(np.exp(np.mean([np.log(each.typical[name]) for each in known])))
        for name in known[0].typical
    }
    return ReferenceLevels(known[0].version, typical)


def findings(
    baseline: Sequence[RunMeasurement],
    candidate: Sequence[RunMeasurement],
    policy: Policy,
    alpha: float,
    *,
    alike: bool = True,
    apart: float = 0.0,
) -> Iterator[Finding]:
    """What the reference shows of machine and build, or why none is used.

    ``alike``: both were measured in one environment, or ``apart`` says how far two environments lie apart.
    Otherwise nothing blames the build.

    Raises:
        UserError: the runs share too few histogram bounds.
    """
    sides = lay_out(baseline, candidate, apart)
    if sides.reference is None:
        yield from reference_checks.unused(baseline, candidate)
        return
    logs = metric_values.latency(sides.baseline, sides.candidate)
    yield from reference_checks.machine(sides.reference, logs[0])
    whole = whole_change(*logs, sides.reference)
    if alike and whole is not None:
        yield from reference_checks.build(whole, policy.thresholds.latency_noise, alpha * WHOLE_SHARE)


def _against_drift(baseline: Floats, candidate: Floats, scale: Floats) -> Changes:
    moved = levels(np.concatenate((baseline, candidate)))[:, None]
    change = unpaired(baseline - moved[: len(baseline)], candidate - moved[len(baseline) :], scale)
    return Changes(change, change, change, change.value, change.value)
