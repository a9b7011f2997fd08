"""Which operations a comparison is about, and how they failed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.model import Operation, RunMeasurement


def common_order(runs: Sequence[RunMeasurement]) -> tuple[Operation, ...]:
    """Every operation that any run executed, sorted: what only one side has must be seen, too."""
    seen = {
        measurement.operation
        for run in runs
        for measurement in run.measurements.values()
        if measurement.executions > 0
    }
    return tuple(sorted(seen))


def failures(runs: Sequence[RunMeasurement], operation: Operation) -> Mapping[str, int]:
    """Failures of one operation by error type, all runs together."""
    total: Counter[str] = Counter()
    for run in runs:
        if measurement := run.measurements.get(operation.name):
            total.update(measurement.failures)
    return dict(total)
