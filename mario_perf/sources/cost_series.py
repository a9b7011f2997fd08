"""Indicators of cost among the series of a service: summed over their labels, and by operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mario_perf.model import CostCounters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mario_perf.configuration.service_metrics import Metrics
    from mario_perf.model import Operation
    from mario_perf.sources.series import Table

    Floats = NDArray[np.float64]


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
        totals[metric] = table.values[:, columns].sum(axis=1)
        owners = [
            metrics.name_of(labels) if metrics.name_label and metrics.is_operation(labels) else ""
            for labels in (table.series[index].labels for index in columns)
        ]
        if any(owner in names for owner in owners):
            by_operation[metric] = np.zeros((len(table.times), len(names)))
            for index, owner in zip(columns, owners, strict=True):
                if owner in names:
                    by_operation[metric][:, names.index(owner)] += table.values[:, index]
    return CostCounters(names, executions, totals, by_operation)
