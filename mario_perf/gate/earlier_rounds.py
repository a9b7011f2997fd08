"""Rounds that a gate played before it is continued."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from mario_perf import runs
from mario_perf.measurement.recorded_runs import measure_recorded
from mario_perf.validity import incidents

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.measurement.measured_run import MeasuredRun
    from mario_perf.model import Finding
    from mario_perf.run_record import Look, Part
    from mario_perf.sources.source import SourceOf


@dataclass(frozen=True, slots=True)
class EarlierRounds:
    """Those that came to their end, what ended others, and the number of the last; a new gate has none."""

    runs: tuple[MeasuredRun, ...] = ()
    incidents: tuple[Finding, ...] = ()
    number: int = 0

    @property
    def looks(self) -> tuple[Look, ...]:
        """At which the gate judged them."""
        return tuple(run.record.look for run in self.runs if run.record.look)

    @property
    def round_seconds(self) -> float:
        """Seconds from the start of a round to that of the next, typically."""
        loads = [run.record.whole_run for run in self.runs]
        apart = [after.start - before.start for before, after in pairwise(loads)]
        return max(median(each) if each else 0.0 for each in (apart, [load.duration for load in loads]))


NONE = EarlierRounds()


def read(folder: Path, part: Part, source_of: SourceOf) -> EarlierRounds:
    """The rounds of one part in a gate's folder; none of a part for which no time was left.

    Raises:
        UserError: they cannot be read.
    """
    paths = [each for each in runs.rounds(folder) if each.match(runs.UNDER_LOAD) == (part == "load")]
    paths = [each for each in paths if each != folder and not incidents.why_load_is_left_out(each)]
    if not paths:
        return NONE
    recorded = measure_recorded(paths, source_of)
    return EarlierRounds(recorded.runs, recorded.incidents, int(paths[-1].name.rpartition("-")[2]))
