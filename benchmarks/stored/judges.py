"""What each way of comparing says of a run, against kept runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy

from benchmarks.detection.peers import ALLOWED, CONFIDENCE, histogram_quantile
from mario_perf.comparison import metric_values
from mario_perf.configuration.policy import Policy
from mario_perf.judgement import stored_results
from mario_perf.model import RunMeasurement, Severity, Verdict

Runs = Sequence[RunMeasurement]

ALPHA = 0.01
WHOLE = "all operations together"


@dataclass(frozen=True)
class Answer:
    """The operations that are called slower, and whether anything was left open."""

    red: frozenset[str]
    undecided: bool = False


Judge = Callable[[Runs, RunMeasurement], Answer]


def with_reference(kept: Runs, now: RunMeasurement) -> Answer:
    """The package, as it is."""
    results = stored_results.compare(kept, [now], Policy(), ALPHA)
    findings = stored_results.findings(kept, [now], Policy(), ALPHA)
    red = {each.operation.name for each in results if each.verdict is Verdict.REGRESSED}
    if any(each.severity is Severity.REGRESSED for each in findings):
        red.add(WHOLE)
    return Answer(frozenset(red), any(each.verdict is Verdict.INCONCLUSIVE for each in results))


def without(kept: Runs, now: RunMeasurement) -> Answer:
    """The package, of runs that had no reference."""
    return with_reference([replace(run, reference=None) for run in kept], replace(now, reference=None))


def against_one_run(kept: Runs, now: RunMeasurement) -> Answer:
    """What is done today: p95 of an operation a tenth above that of the last kept run."""
    return _above(now, kept[-1:])


def against_the_mean_of_three(kept: Runs, now: RunMeasurement) -> Answer:
    """The same, above the mean of the last three."""
    return _above(now, kept[-3:])


def mann_whitney(kept: Runs, now: RunMeasurement) -> Answer:
    """Points of p95 over time, against those of the last kept run, one-sided."""
    before, after = _points(kept[-1]), _points(now)
    greater = (
        name
        for name in before.keys() & after.keys()
        if scipy.stats.mannwhitneyu(after[name], before[name], alternative="greater").pvalue < 1 - CONFIDENCE
    )
    return Answer(frozenset(greater))


JUDGES: dict[str, Judge] = {
    "with the reference": with_reference,
    "without it": without,
    "p95 + 10 %, one stored run": against_one_run,
    "p95 + 10 %, mean of three": against_the_mean_of_three,
    "Mann-Whitney at 98 %": mann_whitney,
}


def _above(now: RunMeasurement, kept: Runs) -> Answer:
    before, after = [_p95(run) for run in kept], _p95(now)
    names = set(after).intersection(*before)
    return Answer(
        frozenset(
            name for name in names if after[name] > ALLOWED * float(np.mean([each[name] for each in before]))
        )
    )


def _p95(run: RunMeasurement) -> dict[str, float]:
    """Seconds, by operation."""
    return {
        name: histogram_quantile(0.95, each.histogram, run.bounds)
        for name, each in run.measurements.items()
        if each.histogram.sum()
    }


def _points(run: RunMeasurement) -> dict[str, list[float]]:
    """The same of each slice."""
    return {name: list(_seen(each.slices, run.bounds)) for name, each in run.measurements.items()}


def _seen(slices: Iterable[np.ndarray], bounds: np.ndarray) -> Iterable[float]:
    return (histogram_quantile(0.95, counts, bounds) for counts in slices if counts.sum())


def distances(runs: Runs, *, beside_reference: bool) -> dict[str, float]:
    """The 95th percentile over pairs of runs of the absolute log ratio of typical times, by operation."""
    sides = stored_results.lay_out(runs[:-1], runs[-1:])
    logs = np.concatenate(metric_values.latency(sides.baseline, sides.candidate))
    if beside_reference and sides.reference is not None:
        both = np.concatenate((sides.reference.baseline, sides.reference.candidate))
        logs = logs - both.mean(axis=1, keepdims=True)
    first, second = np.triu_indices(len(logs), 1)
    apart = np.nanquantile(np.abs(logs[first] - logs[second]), 0.95, axis=0)
    return {each.name: float(far) for each, far in zip(sides.operations, apart, strict=True)}
