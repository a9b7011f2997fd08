"""One side of one operation, summed up for showing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mario_perf.model import Summary
from mario_perf.statistics import buckets
from mario_perf.statistics.quantiles import mean, quantile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mario_perf.comparison.replicates import Replicates


def summarise(side: Replicates, index: int, failures: Mapping[str, int]) -> Summary | None:
    """Of the operation at ``index``, all replicates together; None when it was never executed.

    ``failures`` by type come from the service, or else from the client.
    """
    counts = side.counts[:, index].sum(axis=0)
    executions = int(side.executions[:, index].sum())
    if executions == 0:
        return None
    return Summary(
        executions=executions,
        rate=executions / float(side.durations.sum()),
        error_ratio=min(sum(failures.values()) / executions, 1.0),
        failures=failures,
        mean=mean(counts, float(side.sums[:, index].sum())),
        p50=quantile(counts, side.bounds, 0.50),
        p95=quantile(counts, side.bounds, 0.95),
        p99=quantile(counts, side.bounds, 0.99),
        histogram=tuple(int(count) for count in counts),
        over_time=_over_time(side, index),
    )


def _over_time(side: Replicates, index: int) -> tuple[tuple[float, float, float], ...]:
    """``(seconds of measured time before, p50, p95)`` of each replicate that has executions."""
    counts = side.counts[:, index]
    begins = np.concatenate([[0.0], side.durations.cumsum()[:-1]])
    rows = zip(
        begins,
        buckets.quantile(counts, side.bounds, 0.50),
        buckets.quantile(counts, side.bounds, 0.95),
        strict=True,
    )
    return tuple((float(t), float(p50), float(p95)) for t, p50, p95 in rows if np.isfinite(p50))
