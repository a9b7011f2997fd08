"""Runs that were recorded, measured together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf import runs
from mario_perf.errors import InvalidRunError, UserError
from mario_perf.measurement.measured_run import MeasuredRun, measure_run
from mario_perf.validity import incidents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mario_perf.model import Finding
    from mario_perf.sources.source import SourceOf


@dataclass(frozen=True, slots=True)
class RecordedRuns:
    """Runs that came to their end (at least one), and what ended the others."""

    runs: tuple[MeasuredRun, ...]
    incidents: tuple[Finding, ...] = ()


def measure_recorded(paths: Sequence[Path], source_of: SourceOf) -> RecordedRuns:
    """Measure the runs in folders (at least one). Where none came to its end, the first is all there is.

    Raises:
        InvalidRunError: No run came to its end, and nothing was measured in the first.
        UserError: A run or its metrics cannot be read.
    """
    ended = {path: incidents.read(runs.folder_of(path)) for path in paths}
    found = tuple(dict.fromkeys(incident for incident in ended.values() if incident))
    complete = [runs.load(path) for path, incident in ended.items() if incident is None]
    if complete:
        return RecordedRuns(tuple(measure_run(run, source_of(run)) for run in complete), found)
    return RecordedRuns((_partial_run(paths[0], found[0], source_of),), found)


def _partial_run(path: Path, incident: Finding, source_of: SourceOf) -> MeasuredRun:
    try:
        run = runs.load(path)
        return measure_run(run, source_of(run))
    except UserError as nothing:
        raise InvalidRunError(f"{incident.message}, before anything was measured") from nothing
