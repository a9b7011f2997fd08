"""A whole service while it was under load: all operations of one run together, moment by moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mario_perf.model import Moment
from mario_perf.statistics import buckets

if TYPE_CHECKING:
    from mario_perf.model import RunMeasurement

MOST = 60
"""Moments that a chart can show; longer ones have more scrapes."""


def over_time(run: RunMeasurement) -> tuple[Moment, ...]:
    """The window in at most ``MOST`` parts, each from one scrape to a later one."""
    slices, measured = len(run.slice_edges) - 1, list(run.measurements.values())
    if slices < 1 or not measured:
        return ()
    starts = np.unique(np.linspace(0, slices, min(slices, MOST), endpoint=False).astype(int))
    successes = np.add.reduceat(sum(each.slices for each in measured), starts, axis=0)
    failed = np.add.reduceat(sum(each.slice_failures for each in measured), starts)
    executions = successes.sum(axis=1) + failed
    edges = run.slice_edges[[*starts, slices]] - run.slice_edges[0]
    seconds = np.diff(edges)
    seconds[seconds <= 0] = np.nan  # where a clock stood still, no rate is known
    with np.errstate(invalid="ignore"):
        columns = (
            edges[:-1],
            executions / seconds,
            failed / executions,
            buckets.quantile(successes, run.bounds, 0.50),
            buckets.quantile(successes, run.bounds, 0.95),
        )
    return tuple(Moment(*map(float, each)) for each in zip(*columns, strict=True))
