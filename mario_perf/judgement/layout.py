"""The measurements of both sides, laid out in arrays: each run is a replicate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mario_perf.comparison.both_sides import Sides
from mario_perf.comparison.client_side import client_side
from mario_perf.comparison.operations import all_operations, failures, service_reports_failures
from mario_perf.comparison.replicates import by_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.model import RunMeasurement


def lay_out_runs(
    baseline: Sequence[RunMeasurement], candidate: Sequence[RunMeasurement], *, concurrent: bool
) -> Sides:
    """Both sides; all runs have the same histogram bounds. ``concurrent``: both ran at the same time."""
    runs = [*baseline, *candidate]
    operations = all_operations(runs)
    names = [operation.name for operation in operations]
    by_service = service_reports_failures(runs)
    return Sides(
        operations,
        by_run(baseline, names),
        by_run(candidate, names),
        tuple(
            (
                failures(baseline, each, by_service=by_service),
                failures(candidate, each, by_service=by_service),
            )
            for each in operations
        ),
        (client_side(baseline, names), client_side(candidate, names)),
        service_reports_failures=by_service,
        concurrent=concurrent,
    )
