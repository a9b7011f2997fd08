"""How each operation's service time changes with the executions so far, within the window of a round."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mario_perf.comparison.cost_values import THOUSAND, CostRow
from mario_perf.cost_indicators import Indicator, growth_name
from mario_perf.statistics import buckets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from mario_perf.configuration.policy import Policy
    from mario_perf.model import RunMeasurement

    Floats = NDArray[np.float64]

_FEWEST = 4
"""Slices of a side that a slope is read from."""


def growth_rows(rounds: Sequence[tuple[RunMeasurement, RunMeasurement]], policy: Policy) -> Iterator[CostRow]:
    """The growth of each operation that both sides of every round executed often enough."""
    shared = set.intersection(*(set(run.measurements) for pair in rounds for run in pair))
    for name in sorted(shared):
        lines = [[_line(run, name) for run in pair] for pair in rounds]
        values = np.array(lines)
        if not np.isfinite(values).all():
            continue
        typical, limits = float(values[:, 0, 1].mean()), policy.of(name)
        indicator = Indicator(
            growth_name(name),
            name,
            "growth",
            "seconds",
            limits.growth_noise * typical,
            limits.growth_resolution * typical,
        )
        errors = np.full(len(rounds), np.inf)
        no_steps = np.zeros((len(rounds), 2))
        yield CostRow(indicator, name, values[:, 0, 0], values[:, 1, 0], errors, no_steps)


def _line(run: RunMeasurement, name: str) -> tuple[float, float]:
    """Seconds by which a thousand executions raise the time, and the time itself.

    Least squares through the typical times of the slices, each weighted by its executions.
    """
    measurement = run.measurements[name]
    counts = measurement.slices
    executed = counts.sum(axis=-1).astype(np.float64)
    times = buckets.trimmed_mean(counts[:, None], measurement.slice_sums[:, None], run.bounds)[:, 0]
    use = (executed > 0) & np.isfinite(times)
    if use.sum() < _FEWEST:
        return np.nan, np.nan
    weights, times = executed[use], times[use]
    before = (executed.cumsum() - executed / 2)[use]
    middle, typical = np.average(before, weights=weights), np.average(times, weights=weights)
    spread = (weights * (before - middle) ** 2).sum()
    slope = (weights * (before - middle) * (times - typical)).sum() / spread
    return float(THOUSAND * slope), float(typical)
