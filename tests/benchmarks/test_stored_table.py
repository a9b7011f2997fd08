"""The table of runs against kept runs, of runs whose truth is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.stored import records
from benchmarks.stored.judges import distances, practice, with_reference, without
from benchmarks.stored.records import UNCHANGED, keep
from benchmarks.stored.table import table
from mario_perf.run_record import Span
from tests.judgement.days import Days

RUNS = Days().runs(7, 1, 5, 1 + 0.3 * np.eye(1, 12)[0])
KEPT, SLOWER = RUNS[:7], RUNS[7]


def test_the_reference_takes_most_of_the_distance_between_runs_away() -> None:
    raw, rest = (distances(KEPT, beside_reference=each) for each in (False, True))
    assert np.median([*rest.values()]) < np.median([*raw.values()]) / 3


def test_each_way_has_its_say() -> None:
    assert (with_reference(KEPT[:5], SLOWER), with_reference(KEPT[:5], KEPT[5])) == ("red", "pass")
    assert without(KEPT[:5], KEPT[5]) != "red"
    twice = Days(day=0.0, kind=0.0).runs(1, 1, 5, 1 + 0.3 * np.eye(1, 12)[0])
    assert (practice(twice[:1], twice[0]), practice(twice[:1], twice[1])) == ("pass", "red")


def test_runs_are_kept_whole_and_counted_by_build(tmp_path: Path) -> None:
    for number, run in enumerate(RUNS[1:]):
        build = UNCHANGED if run is not SLOWER else "one +30 %"
        moved = replace(run, window=Span(start=100.0 * number, end=100.0 * number + 60))
        keep("pizzeria", build, moved, busy=False, folder=tmp_path / str(number))
    played = [each for number in range(7) for each in records.read(tmp_path / str(number))]
    assert played[0].run.measurements["Operation0"].executions == 450
    shown = table(played, draws=2)
    assert "**pizzeria**: 7 runs, 6 of the unchanged build" in shown
    assert "| with the reference | one +30 % | 100.0% | 0.0% | 2 |" in shown
    assert "more" in table(played[:3])
