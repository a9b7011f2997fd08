"""How long the reference took beside a run, from the scrapes in the run's folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mario_perf.errors import UserError
from mario_perf.model import ReferenceLevels
from mario_perf.sources.counters import around, increase
from mario_perf.sources.source import open_reference
from mario_perf.statistics import buckets

if TYPE_CHECKING:
    from mario_perf.run_record import TargetRecord
    from mario_perf.runs import Run

MIN_EXECUTIONS: Final = 30
"""Of each operation in the window: fewer do not show a level."""


def read(run: Run, reference: TargetRecord) -> ReferenceLevels | None:
    """None where it failed a request, or was asked too seldom; a run is judged without it then."""
    if any(step.failed for step in reference.in_window):
        return None
    try:
        seen = open_reference(run).snapshots(reference, run.record.whole_run)
    except UserError:
        return None
    span = around(seen.times, run.record.window).scrapes
    counts, sums = increase(seen.buckets[span]).sum(axis=0), increase(seen.sums[span]).sum(axis=0)
    if not len(counts) or counts.sum(axis=-1).min() < MIN_EXECUTIONS:
        return None
    typical = buckets.trimmed_mean(counts, sums, seen.bounds)
    names = [operation.name for operation in seen.operations]
    return ReferenceLevels(seen.operations[0].kind, dict(zip(names, typical.tolist(), strict=True)))
