"""A run with what its services did in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mario_perf.errors import EmptyRunError
from mario_perf.measurement.measure import measure
from mario_perf.model import Severity
from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mario_perf.model import RunMeasurement
    from mario_perf.run_record import RunRecord
    from mario_perf.runs import Run
    from mario_perf.sources.source import MetricSource

_SIDES = 2


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """One measurement, or baseline and candidate of a duet.

    ``matchers`` are the labels of each side where its metrics came from a Prometheus.
    """

    record: RunRecord
    sides: tuple[RunMeasurement, ...]
    matchers: tuple[Mapping[str, str], ...] = ()

    @property
    def candidate(self) -> RunMeasurement:
        """The side that is judged."""
        return self.sides[-1]


def measure_run(run: Run, source: MetricSource) -> MeasuredRun:
    """What the services of one run did; in a duet the baseline comes first.

    Raises:
        EmptyRunError: The run sent nothing in its window.
        UserError: Its metrics cannot be read.
    """
    record = run.record
    if not any(step.started for target in record.targets for step in target.in_window):
        raise EmptyRunError(
            f"{run.directory}: the run sent no request in its window; run longer, or correct the host"
        )
    targets = sorted(record.targets, key=lambda target: target.side)
    sides = [measure(source.snapshots(target, record.whole_run), record, target) for target in targets]
    return MeasuredRun(
        record,
        _with_shared_gaps(sides),
        tuple(source.matchers(target) for target in targets),
    )


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
