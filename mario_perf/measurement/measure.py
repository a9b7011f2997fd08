"""From scrapes and the run record to a measurement: counters by difference, nothing extrapolated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mario_perf.measurement import client_responses, reconcile
from mario_perf.measurement.workload import workload
from mario_perf.model import Measurement, RunMeasurement
from mario_perf.sources.counters import around, increase, inside
from mario_perf.validity import run_checks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mario_perf.model import Snapshots
    from mario_perf.run_record import RunRecord, TargetRecord
    from mario_perf.sources.counters import Edges

    Counts = NDArray[np.int64]


def measure(snapshots: Snapshots, record: RunRecord, target: TargetRecord) -> RunMeasurement:
    """What one service did in the window of a run, by its metrics.

    The window's edges are quiet, so the scrapes around it see exactly its executions. Where they are so far
    apart that they saw others as well, the scrapes inside it are taken, and a finding says so.
    """
    outer = around(snapshots.times, record.window)
    exact = reconcile.window_agrees(snapshots, target, outer)
    edges = outer if exact else inside(snapshots.times, record.window)
    reconciliation = reconcile.counts(snapshots, record, target, edges)
    requests = client_responses.by_operation(target)
    measurements = [
        client_responses.join(each, requests.get(each.operation.name))
        for each in _measurements(snapshots, edges)
    ]
    data = run_checks.TargetData(snapshots, record, target, edges, exact, reconciliation)
    return RunMeasurement(
        run_id=record.run_id,
        scenario=record.scenario,
        side=target.side,
        window=record.window,
        bounds=snapshots.bounds,
        slice_edges=snapshots.times[edges.scrapes],
        measurements={each.operation.name: each for each in measurements},
        environment=record.environment,
        revision=target.revision,
        workload=workload(record),
        process_start=_process_start(snapshots),
        url=target.url,
        fresh=target.fresh,
        part=record.part,
        findings=run_checks.check_target(data),
        reconciliation=reconciliation,
        tells_failures=snapshots.tells_failures,
        costs=snapshots.costs.at(edges.scrapes) if snapshots.costs else None,
    )


def _process_start(snapshots: Snapshots) -> float | None:
    starts = snapshots.starts[~np.isnan(snapshots.starts)]
    return float(starts[-1]) if len(starts) else None


def _measurements(snapshots: Snapshots, edges: Edges) -> tuple[Measurement, ...]:
    """One for every operation that was executed between the edges."""
    span = edges.scrapes
    executions = increase(snapshots.executions[span]).sum(axis=0)
    failures = increase(snapshots.failures[span])
    slices = increase(snapshots.buckets[span])
    sums = increase(snapshots.sums[span])
    duration = float(snapshots.times[edges.last] - snapshots.times[edges.first])
    return tuple(
        Measurement(
            operation=operation,
            duration=duration,
            executions=int(executions[index]),
            failures=_by_type(snapshots.error_types, failures[:, index].sum(axis=0)),
            time_spent=float(sums[:, index].sum()),
            slices=slices[:, index],
            slice_sums=sums[:, index],
            slice_failures=failures[:, index].sum(axis=1),
        )
        for index, operation in enumerate(snapshots.operations)
        if executions[index] > 0
    )


def _by_type(error_types: tuple[str, ...], counts: Counts) -> dict[str, int]:
    return {name: int(count) for name, count in zip(error_types, counts, strict=True) if count}
