"""A run with what its services did in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from mario_perf.errors import EmptyRunError
from mario_perf.measurement import reassignment, reference_levels
from mario_perf.measurement.client_measurement import measure_client, named_by_step
from mario_perf.measurement.measure import measure
from mario_perf.model import Severity
from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mario_perf.measurement.reassignment import Reassignment
    from mario_perf.model import RunMeasurement, Snapshots
    from mario_perf.run_record import RunRecord
    from mario_perf.runs import Run
    from mario_perf.sources.source import MetricSource, Source

_SIDES = 2


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """One measurement, or baseline and candidate of a duet.

    ``matchers`` are the labels of each side where its metrics came from a Prometheus. The record's steps have
    the operations that they trigger; where counts showed that, ``reassigned`` says so.
    """

    record: RunRecord
    sides: tuple[RunMeasurement, ...]
    matchers: tuple[Mapping[str, str], ...] = ()
    reassigned: tuple[Reassignment, ...] = ()

    @property
    def candidate(self) -> RunMeasurement:
        """The side that is judged."""
        return self.sides[-1]


def measure_run(run: Run, source: Source) -> MeasuredRun:
    """What the services of one run did; in a duet the baseline comes first.

    Raises:
        EmptyRunError: The run sent nothing in its window.
        UserError: Its metrics cannot be read.
    """
    if not any(step.started for target in run.record.targets for step in target.in_window):
        raise EmptyRunError(
            f"{run.directory}: no step began in the run's window; run longer, or correct the host; "
            "a MeasuredUser records self.session.step, and no requests of self.client"
        )
    measured = _measured_run(run, source)
    if run.record.reference is None or len(measured.sides) > 1:
        return measured
    beside = replace(measured.candidate, reference=reference_levels.read(run, run.record.reference))
    return replace(measured, sides=(beside,))


def _measured_run(run: Run, source: Source) -> MeasuredRun:
    targets = tuple(sorted(run.record.targets, key=lambda target: target.side))
    record = run.record.model_copy(update={"targets": targets})
    if source.metrics is None:
        record = named_by_step(record)
        return MeasuredRun(record, tuple(measure_client(record, target) for target in record.targets))
    named = record.renamed(lambda step: source.operations.get(step.step, step.operations))
    return _by_metrics(named, source.metrics)


def _by_metrics(record: RunRecord, source: MetricSource) -> MeasuredRun:
    every = [source.snapshots(target, record.whole_run) for target in record.targets]
    if all(each.one_operation for each in every):
        (name,) = {each.operations[0].name for each in every}
        record = record.renamed(lambda _: (name,))
    reassigned = _reassigned(record, every)
    record = record.renamed(partial(reassignment.operations, reassigned=reassigned))
    sides = [measure(each, record, target) for each, target in zip(every, record.targets, strict=True)]
    matchers = tuple(source.matchers(target) for target in record.targets)
    return MeasuredRun(record, _with_shared_gaps(sides), matchers, reassigned)


def _reassigned(record: RunRecord, every: Sequence[Snapshots]) -> tuple[Reassignment, ...]:
    pairs = zip(every, record.targets, strict=True)
    return reassignment.common([reassignment.find(each, record, target) for each, target in pairs])


def _with_shared_gaps(sides: Sequence[RunMeasurement]) -> tuple[RunMeasurement, ...]:
    """A gap on both sides is a warning: what is compared are the scrapes at the window's edges."""
    gaps = [each for side in sides for each in side.findings if Code.SCRAPE_GAP.is_in(each)]
    if len(sides) < _SIDES or len(gaps) < len(sides):
        return tuple(sides)
    return tuple(
        replace(
            side,
            findings=tuple(
                replace(each, severity=Severity.WARNING) if Code.SCRAPE_GAP.is_in(each) else each
                for each in side.findings
            ),
        )
        for side in sides
    )
