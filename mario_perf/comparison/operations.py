"""Which operations a comparison is about, and how they failed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mario_perf.model import Measurement, Operation, RunMeasurement


def all_operations(runs: Sequence[RunMeasurement]) -> tuple[Operation, ...]:
    """Every operation that any run executed, sorted: what only one side has must be seen, too."""
    seen = {
        measurement.operation
        for run in runs
        for measurement in run.measurements.values()
        if measurement.executions > 0
    }
    return tuple(sorted(seen))


def service_reports_failures(runs: Sequence[RunMeasurement]) -> bool:
    """Whether the services' own metrics tell failures in every run; else the client's are the failures."""
    return all(run.tells_failures for run in runs)


def failures(runs: Sequence[RunMeasurement], operation: Operation, *, by_service: bool) -> Mapping[str, int]:
    """Failures of one operation by error type, all runs together.

    They come from the service where it reports them, else from the client.
    """
    total: Counter[str] = Counter()
    for run in runs:
        if measurement := run.measurements.get(operation.name):
            total.update(measurement.failures if by_service else client_failures(measurement))
    return dict(total)


def client_failures(measurement: Measurement) -> Mapping[str, int]:
    """What the client saw fail, by what went wrong; nothing where no step names the operation."""
    return measurement.requests.failures if measurement.requests else {}
