"""A run's folder, measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from mario_perf.comparison import metric_values
from mario_perf.comparison.replicates import by_run
from mario_perf.history.measurements import Batch, Level
from mario_perf.measurement.recorded_runs import measure_recorded
from mario_perf.validity.environments import environment_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mario_perf.comparison.replicates import Replicates
    from mario_perf.model import RunMeasurement
    from mario_perf.sources.source import SourceOf

QUANTILES: Final = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
UNKNOWN: Final = "unknown"


def recorded_batch(path: Path, source_of: SourceOf) -> Batch:
    """What the candidate of a run showed.

    Raises:
        UserError: the run or its metrics cannot be read, or it has nothing to measure.
    """
    run = measure_recorded([path], source_of).runs[0].candidate
    return Batch(f"run:{run.run_id}", run.window.end, run.scenario, tuple(_levels(run)))


def _levels(run: RunMeasurement) -> Iterator[Level]:
    operations = sorted(run.measurements)
    side = by_run([run], operations)
    for metric, values in _metrics(side).items():
        for operation, value in zip(operations, values, strict=True):
            if np.isfinite(value):
                yield Level(
                    run.revision or UNKNOWN, operation, metric, environment_id(run.environment), float(value)
                )


def _metrics(side: Replicates) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Of each operation, ``(O,)``."""
    logs = {name: metric_values.quantile(q)(side)[0] for name, q in QUANTILES.items()}
    logs |= {"latency": metric_values.latency(side, side)[0][0], "mean": metric_values.mean(side)[0]}
    with np.errstate(divide="ignore", invalid="ignore"):
        failed = side.failed[0] / side.executions[0]
    return {**{name: np.exp(each) for name, each in logs.items()}, "error_ratio": failed}
