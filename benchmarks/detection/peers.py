"""What today's practice would have said of the same data.

Each rule gets the candidate of one gate and says which operations it calls regressed. Stored runs are the
baseline sides of gates before it: the same machine, another moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.detection.records import Gate, Histogram

    Rule = Callable[[Gate, Sequence[Gate]], set[str]]

ALLOWED = 1.10
"""p95 may be so many times the stored one: the limit of Keptn's default objectives."""

CONFIDENCE = 0.98
"""Of Kayenta's Mann-Whitney judge."""


def against_one_stored_run(gate: Gate, before: Sequence[Gate]) -> set[str]:
    """p95 by ``histogram_quantile`` more than 10 % above that of one stored run."""
    return _above(_p95(gate, "candidate"), [_p95(each, "baseline") for each in before[-1:]])


def against_the_mean_of_three(gate: Gate, before: Sequence[Gate]) -> set[str]:
    """p95 by ``histogram_quantile`` more than 10 % above the mean of three stored runs."""
    return _above(_p95(gate, "candidate"), [_p95(each, "baseline") for each in before[-3:]])


def mann_whitney(gate: Gate, before: Sequence[Gate]) -> set[str]:
    """Points of p95 over time, candidate against the last stored run, at 98 %, one-sided."""
    named = set()
    for name in gate.rounds[0].candidate:
        now = _points(gate, "candidate", name)
        stored = _points(before[-1], "baseline", name)
        if not (now and stored):
            continue
        if scipy.stats.mannwhitneyu(now, stored, alternative="greater").pvalue < 1 - CONFIDENCE:
            named.add(name)
    return named


RULES: Mapping[str, Rule] = {
    "p95 + 10 %, one stored run": against_one_stored_run,
    "p95 + 10 %, mean of three": against_the_mean_of_three,
    "Mann-Whitney at 98 %": mann_whitney,
}


def histogram_quantile(q: float, counts: np.ndarray, bounds: np.ndarray) -> float:
    """As PromQL computes it: linear inside the bucket, the last bound when it lies above all."""
    cumulative = counts.cumsum()
    index = int(np.searchsorted(cumulative, q * cumulative[-1]))
    if index >= len(bounds):
        return float(bounds[-1])
    low = bounds[index - 1] if index else 0.0
    below = cumulative[index - 1] if index else 0
    return float(low + (bounds[index] - low) * (q * cumulative[-1] - below) / counts[index])


def _above(now: Mapping[str, float], stored: Sequence[Mapping[str, float]]) -> set[str]:
    return {
        name
        for name, value in now.items()
        if all(name in each for each in stored)
        and value > ALLOWED * float(np.mean([each[name] for each in stored]))
    }


def _p95(gate: Gate, side: str) -> dict[str, float]:
    """Of all rounds together, by operation."""
    bounds = np.array(gate.bounds)
    names = getattr(gate.rounds[0], side)
    return {
        name: histogram_quantile(
            0.95, sum((_dense(each, len(bounds)) for each in _each(gate, side, name)), np.zeros(1)), bounds
        )
        for name in names
    }


def _points(gate: Gate, side: str, name: str) -> list[float]:
    bounds = np.array(gate.bounds)
    return [
        histogram_quantile(0.95, _dense(each, len(bounds)), bounds)
        for each in _each(gate, side, name)
        if each.counts
    ]


def _each(gate: Gate, side: str, name: str) -> list[Histogram]:
    return [getattr(each, side)[name] for each in gate.rounds if name in getattr(each, side)]


def _dense(histogram: Histogram, bounds: int) -> np.ndarray:
    counts = np.zeros(bounds + 1)
    counts[list(histogram.counts)] = list(histogram.counts.values())
    return counts
