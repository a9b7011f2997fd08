"""The table of runs against kept runs, of runs whose truth is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.stored import __main__ as command
from benchmarks.stored import records
from benchmarks.stored.judges import (
    WHOLE,
    Answer,
    against_one_run,
    against_the_mean_of_three,
    distances,
    mann_whitney,
    with_reference,
    without,
)
from benchmarks.stored.play import CYCLE, FOREIGN, PIZZERIA, Turn
from benchmarks.stored.records import CHANGED, UNCHANGED, Played, keep
from benchmarks.stored.table import KEPT as KEPT_RUNS
from benchmarks.stored.table import shares, table
from mario_perf.errors import UserError
from mario_perf.gate.load_process import SideDiedError
from mario_perf.model import RunMeasurement
from mario_perf.run_record import Span
from tests.judgement.days import Days

RUNS = Days().runs(7, 1, 5, 1 + 0.3 * np.eye(1, 12)[0])
KEPT, SLOWER = RUNS[:7], RUNS[7]
OPERATION = SLOWER.measurements["Operation0"].operation


def test_the_reference_takes_most_of_the_distance_between_runs_away() -> None:
    raw, rest = (distances(KEPT, beside_reference=each) for each in (False, True))
    assert np.median([*rest.values()]) < np.median([*raw.values()]) / 3


def test_each_way_has_its_say() -> None:
    slower = Answer(frozenset({"Operation0"}))
    assert with_reference(KEPT[:5], SLOWER) == slower
    assert with_reference(KEPT[:5], KEPT[5]) == Answer(frozenset())
    assert without(KEPT[:5], KEPT[5]).red == frozenset()
    steady = Days(day=0.0, kind=0.0).runs(4, 1, 5, 1 + 0.3 * np.eye(1, 12)[0])
    for practice in (against_one_run, against_the_mean_of_three):
        assert (practice(steady[:3], steady[3]).red, practice(steady[:4], steady[4])) == (frozenset(), slower)


def test_all_operations_together_have_a_name() -> None:
    runs = Days().runs(5, 1, 5, 1.3)
    assert WHOLE in with_reference(runs[:5], runs[5]).red


def test_mann_whitney_names_points_that_lie_apart() -> None:
    steady = Days(day=0.0, kind=0.0).runs(6, 6, 5, 1 + 0.3 * np.eye(1, 12)[0])
    red = mann_whitney([joined(steady[:6])], joined(steady[6:])).red
    assert "Operation0" in red
    assert len(red) <= 3
    assert mann_whitney([joined(steady[:6])], joined(steady[:6])).red == frozenset()


def joined(runs: list[RunMeasurement]) -> RunMeasurement:
    """One run with the slices of all."""
    measurements = {
        name: replace(each, slices=np.concatenate([run.measurements[name].slices for run in runs]))
        for name, each in runs[0].measurements.items()
    }
    return replace(runs[0], measurements=measurements)


def test_runs_are_kept_whole_and_counted_by_build(tmp_path: Path) -> None:
    played = kept_runs(tmp_path, busy=set())
    assert played[0].run.measurements[CHANGED].executions == 450
    shown = table(played, draws=2)
    assert "**pizzeria, calm**: 7 runs, each against 5 of 6 unchanged ones" in shown
    assert "| with the reference | one +20 % | 100% | 0.0% | 0% | 1 | 2 |" in shown
    assert "| with the reference | unchanged |  | 0.0% | 0% | 6 | 12 |" in shown
    assert "6 runs of the unchanged build are needed" in table(played[:3])


def test_a_run_beside_other_work_is_judged_against_runs_of_any_moment(tmp_path: Path) -> None:
    shown = table(kept_runs(tmp_path, busy={7}), draws=2)
    calm, _, beside = shown.partition("**pizzeria, beside other work**")
    assert "6 runs, each against 5 of 6" in calm
    assert ": 1 run, each against 5 of 6 unchanged ones" in beside
    assert "one +20 %" not in calm


def test_a_name_that_was_not_slowed_is_wrong_and_where_all_were_none_is(tmp_path: Path) -> None:
    named = [Answer(frozenset({"PlaceOrderCommand"})), Answer(frozenset({"GetMenuQuery"}))]
    undecided = Answer(frozenset(), undecided=True)
    assert shares("one +10 %", [*named, undecided, undecided]) == "25% | 25.0% | 50%"
    assert shares("all +10 %", [*named, undecided, undecided]) == "50% | 0.0% | 50%"
    assert shares(UNCHANGED, [*named, undecided, undecided]) == " | 50.0% | 50%"


def kept_runs(folder: Path, busy: set[int]) -> list[Played]:
    """Six of the unchanged build, and a seventh whose first operation is slower."""
    for number, run in enumerate(RUNS[1:], start=1):
        measurements = dict(run.measurements)
        measurements[CHANGED] = replace(
            measurements.pop("Operation0"), operation=replace(OPERATION, name=CHANGED)
        )
        moved = Span(start=100.0 * number, end=100.0 * number + 60)
        build = UNCHANGED if run is not SLOWER else "one +20 %"
        kept = replace(run, measurements=measurements, window=moved)
        keep("pizzeria", build, kept, busy=number in busy, folder=folder)
    return records.read(folder)


def test_each_cycle_has_what_the_table_needs_and_none_has_a_moment_to_itself() -> None:
    assert len(CYCLE) == 36
    for service in (PIZZERIA, FOREIGN):
        calm = [at for at, turn in enumerate(CYCLE) if turn == Turn(service, UNCHANGED, busy=False)]
        assert len(calm) > KEPT_RUNS
        assert max(np.diff(calm)) <= 13


def test_a_run_that_fails_is_named_and_the_next_turn_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[Turn] = []

    def play(turn: Turn, seed: int, window: float) -> RunMeasurement:
        turns.append(turn)
        if len(turns) == 2:
            raise SideDiedError("the service ended")
        if len(turns) > 3:
            raise UserError("it cannot be started")
        return replace(KEPT[0], window=Span(start=float(seed), end=seed + window))

    monkeypatch.setattr(command, "play", play)
    done = CliRunner().invoke(command.main, ["--minutes", "1", "--results", str(tmp_path)])
    assert turns[:3] == list(CYCLE[:3])
    assert "2: foreign, unchanged: not kept: the service ended" in done.output
    assert "3: pizzeria, unchanged, busy\n" in done.output
    assert done.exit_code == 1
    assert len(turns) == 3 + command.MOST_FAILURES
    assert len(records.read(tmp_path)) == 2
