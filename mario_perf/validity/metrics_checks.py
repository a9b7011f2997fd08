"""Whether what a service says of its times can be: by arithmetic, and by what the client saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mario_perf.errors import listed
from mario_perf.figures import seconds
from mario_perf.model import Severity
from mario_perf.sources.counters import around, increase
from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.model import Finding, Snapshots
    from mario_perf.run_record import RunRecord, StepCounts, TargetRecord

MIN_EXECUTIONS = 10
"""Executions from which a mean tells the unit."""

TOO_SLOW = 20.0
TOO_FAST = 200.0
"""How often the service's mean may hold the client's slowest answer, and the client's fastest the mean.

A wrong unit is wrong by 1,000. A handler that goes on after its answer may take longer than the client saw.
The way to a remote service may take much longer than its handler: so the second is a warning."""

_MEND = "mend the service's instrumentation"
_IN_TURN = (
    ", or show the sum of all processes if several answer at this port in turn (PROMETHEUS_MULTIPROC_DIR in "
    "Python)"
)


def check_metrics(snapshots: Snapshots, record: RunRecord, target: TargetRecord) -> Iterator[Finding]:
    yield from _defects(snapshots, record, target)
    yield from _unit(snapshots, record, target)


def _defects(snapshots: Snapshots, record: RunRecord, target: TargetRecord) -> Iterator[Finding]:
    edges = around(snapshots.times, record.whole_run)
    first, last = snapshots.times[edges.first], snapshots.times[edges.last]
    defects = [each for each in snapshots.defects if first <= each.time <= last]
    if defects:
        start = record.whole_run.start
        texts = [
            f"{each.operation}: {each.message} ({seconds(max(each.time - start, 0.0))} into the run)"
            for each in defects
        ]
        fell = bool((np.diff(snapshots.buckets[edges.scrapes], axis=0) < 0).any())
        advice = _MEND + (_IN_TURN if fell else "")
        yield Code.METRICS_DEFECT.finding(where=_where(record, target), defects=listed(texts), advice=advice)


def _unit(snapshots: Snapshots, record: RunRecord, target: TargetRecord) -> Iterator[Finding]:
    """The service's mean against the fastest and the slowest answer that the client had."""
    slow, fast = [], []
    for operation, mean in _means(snapshots, record).items():
        steps = [step for step in target.whole_run if operation in step.operations]
        fastest, slowest = _extremes(steps)
        if slowest is not None and mean > TOO_SLOW * slowest:
            slow.append(f"{operation} (service {seconds(mean)}, client at most {seconds(slowest)})")
        if fastest is not None and mean * TOO_FAST < fastest:
            fast.append(f"{operation} (service {seconds(mean)}, client at least {seconds(fastest)})")
    for wrong, severity in ((slow, Severity.INVALID), (fast, Severity.WARNING)):
        if wrong:
            yield Code.UNIT_DOUBTFUL.finding(severity, where=_where(record, target), wrong=listed(wrong))


def _means(snapshots: Snapshots, record: RunRecord) -> dict[str, float]:
    """Seconds of a success in the whole run, of operations with enough of them."""
    scrapes = around(snapshots.times, record.whole_run).scrapes
    counts = increase(snapshots.buckets[scrapes]).sum(axis=(0, 2))
    spent = increase(snapshots.sums[scrapes]).sum(axis=0)
    return {
        operation.name: float(spent[index] / counts[index])
        for index, operation in enumerate(snapshots.operations)
        if counts[index] >= MIN_EXECUTIONS
    }


def _extremes(steps: list[StepCounts]) -> tuple[float | None, float | None]:
    fastest = [step.fastest for step in steps if step.fastest is not None]
    slowest = [step.slowest for step in steps if step.slowest is not None]
    return min(fastest, default=None), max(slowest, default=None)


def _where(record: RunRecord, target: TargetRecord) -> str:
    return f"{target.side}: " if len(record.targets) > 1 else ""
