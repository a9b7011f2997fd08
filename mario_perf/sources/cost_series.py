"""Indicators of cost among the series of a service: summed over their labels, and by operation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from mario_perf.cost_indicators import PIZZERIA, PROCESS
from mario_perf.errors import nearest
from mario_perf.model import CostCounters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from mario_perf.configuration.service_metrics import Metrics
    from mario_perf.model import Operation, Snapshots
    from mario_perf.sources.series import Table

    Floats = NDArray[np.float64]

_USUAL: Final = {each.metric for each in (*PROCESS, *PIZZERIA)}
"""What no policy has to name. A service may lack it."""


def cost_counters(
    table: Table, metrics: Metrics, operations: Sequence[Operation], executions: NDArray[np.int64]
) -> CostCounters:
    """What the scrapes show of ``metrics.indicators``; ``executions`` has the shape ``(T, O)``."""
    names = tuple(each.name for each in operations)
    totals: dict[str, Floats] = {}
    by_operation: dict[str, Floats] = {}
    for metric in metrics.indicators:
        columns = [index for index, series in enumerate(table.series) if series.name == metric]
        if not columns:
            continue
        values = _complete(table, columns)
        totals[metric] = values.sum(axis=1)
        owners = [
            metrics.name_of(labels) if metrics.name_label and metrics.is_operation(labels) else ""
            for labels in (table.series[index].labels for index in columns)
        ]
        if any(owner in names for owner in owners):
            by_operation[metric] = np.zeros((len(table.times), len(names)))
            for owner, column in zip(owners, values.T, strict=True):
                if owner in names:
                    by_operation[metric][:, names.index(owner)] += column
    return CostCounters(names, executions, totals, by_operation)


def _complete(table: Table, columns: Sequence[int]) -> Floats:
    """The values of one metric's series, ``(T, N)``. A series with labels is 0 before it first appears.

    NaN in all columns where a scrape shows none of a metric that was there before.
    """
    values = table.values[:, columns]
    shown = ~np.isnan(values)
    labelled = np.array([bool(table.series[index].labels) for index in columns])
    rows = np.maximum.accumulate(np.where(shown, np.arange(len(values))[:, None], -1), axis=0)
    last = np.take_along_axis(values, np.maximum(rows, 0), axis=0)
    complete = np.where((rows < 0) & labelled, 0.0, last)
    began = np.logical_or.accumulate(shown.any(axis=1))
    complete[began & ~shown.any(axis=1)] = np.nan
    return complete


def with_nearest(seen: Snapshots, metrics: Metrics, names: Callable[[], Iterable[str]]) -> Snapshots:
    """The snapshots; for each of the policy's own indicators that they lack, those of ``names`` like it."""
    if seen.costs is None:
        return seen
    missing = [name for name in metrics.indicators if name not in seen.costs.totals and name not in _USUAL]
    if not missing:
        return seen
    known = set(names())
    return replace(seen, costs=replace(seen.costs, nearest={name: nearest(name, known) for name in missing}))
