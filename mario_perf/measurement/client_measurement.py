"""What the client saw of a service that shows no metrics: each step is an operation."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np

from mario_perf.measurement.client_responses import failed
from mario_perf.measurement.response_times import bucketed
from mario_perf.measurement.workload import workload
from mario_perf.model import Measurement, Operation, Requests, RunMeasurement
from mario_perf.validity import run_checks

if TYPE_CHECKING:
    from mario_perf.run_record import Latency, RunRecord, StepCounts, TargetRecord

BOUNDS: Final = 10.0 ** (np.arange(-200, 81) / 40)
"""Seconds, 40 a decade from 10 µs to 100 s: 6 % apart."""


def named_by_step(record: RunRecord) -> RunRecord:
    """The record where each step is an operation of its own."""
    return record.renamed(lambda step: (step.step,))


def measure_client(record: RunRecord, target: TargetRecord) -> RunMeasurement:
    """Response times and statuses of one side in the window.

    In an open model response times count from when a journey was due. They include those of failed requests:
    the record does not keep them apart.

    Raises:
        UnreadableRunError: a histogram of response times is damaged.
    """
    times: defaultdict[str, list[Latency]] = defaultdict(list)
    for each in target.latencies_from_intended or target.latencies:
        times[each.step].append(each)
    measurements = (_measurement(step, times[step.step], record) for step in target.in_window)
    return RunMeasurement(
        run_id=record.run_id,
        scenario=record.scenario,
        side=target.side,
        window=record.window,
        bounds=BOUNDS,
        slice_edges=np.array([record.window.start, record.window.end]),
        measurements={each.operation.name: each for each in measurements if each.executions},
        environment=record.environment,
        revision=target.revision,
        workload=workload(record),
        url=target.url,
        part=record.part,
        findings=run_checks.check_client(record, target),
        tells_failures=False,
    )


def _measurement(step: StepCounts, times: list[Latency], record: RunRecord) -> Measurement:
    seen = bucketed(times, BOUNDS)
    failures = dict(failed(step))
    return Measurement(
        operation=Operation("step", step.step),
        duration=record.window.duration,
        executions=step.started,
        failures=failures,
        time_spent=seen.total,
        slices=seen.counts[None, :],
        slice_sums=np.array([seen.total]),
        slice_failures=np.array([sum(failures.values())]),
        requests=Requests(step.started, failures, step.business, typical=float("nan")),
    )
