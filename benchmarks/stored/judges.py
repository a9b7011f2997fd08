"""What each way of comparing says of a run, against kept runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from mario_perf.comparison import metric_values
from mario_perf.configuration.policy import Policy
from mario_perf.judgement import stored_results
from mario_perf.model import RunMeasurement, Severity, Verdict
from mario_perf.statistics.quantiles import quantile

Runs = Sequence[RunMeasurement]
Judge = Callable[[Runs, RunMeasurement], str]

ALPHA = 0.01
PRACTICE = 0.1
RED, OPEN, PASS = "red", "open", "pass"


def with_reference(kept: Runs, now: RunMeasurement) -> str:
    """The package, as it is."""
    results = stored_results.compare(kept, [now], Policy(), ALPHA)
    findings = stored_results.findings(kept, [now], Policy(), ALPHA)
    verdicts = {each.verdict for each in results}
    if Verdict.REGRESSED in verdicts or any(each.severity is Severity.REGRESSED for each in findings):
        return RED
    return OPEN if Verdict.INCONCLUSIVE in verdicts else PASS


def without(kept: Runs, now: RunMeasurement) -> str:
    """The package, of runs that had no reference."""
    return with_reference([replace(run, reference=None) for run in kept], replace(now, reference=None))


def practice(kept: Runs, now: RunMeasurement) -> str:
    """What is done today: red where p95 of an operation is a tenth above that of the last kept run."""
    before, after = p95(kept[-1]), p95(now)
    worse = any(after[name] > (1 + PRACTICE) * before[name] for name in before.keys() & after.keys())
    return RED if worse else PASS


def p95(run: RunMeasurement) -> dict[str, float]:
    """Seconds, by operation."""
    return {
        name: quantile(each.histogram, run.bounds, 0.95).value
        for name, each in run.measurements.items()
        if each.histogram.sum()
    }


JUDGES: dict[str, Judge] = {
    "with the reference": with_reference,
    "without it": without,
    "p95 more than 10 % above the last run": practice,
}


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
