"""A gate of two parts: one answer, one promise, and the same answer when its folder is judged again."""

from __future__ import annotations

import itertools
import json
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from analysis.compare import main
from mario_perf import runs
from mario_perf.configuration import policy_file
from mario_perf.errors import UserError
from mario_perf.gate import duet, earlier_rounds
from mario_perf.gate.load_process import OutOfTimeError
from mario_perf.gate.parts import PartsPlan, play
from mario_perf.judgement import suspicion
from mario_perf.judgement.judge import conclude
from mario_perf.measurement.measured_run import MeasuredRun, measure_run
from mario_perf.model import GateResult, Outcome, Verdict
from mario_perf.reports import html_report, json_report, junit_report, markdown_report, terminal_report
from mario_perf.run_record import Alternation, Arrivals
from mario_perf.sources.source import open_source
from mario_perf.validity import incidents
from mario_perf.validity.codes import Code
from tests.gate.duet_setup import LOAD, NOWHERE, SilentNarrator, duet_setup
from tests.gate.test_one_judge import POLICY, said
from tests.simulated_runs import Plan, write_run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

    from mario_perf.gate.duet import Duet
    from mario_perf.reports.progress import Narrator
    from mario_perf.run_record import Part

SLOWER = {"PlaceOrderCommand": 0.016, "GetMenuQuery": 0.002}
MUCH_SLOWER = {"PlaceOrderCommand": 0.024, "GetMenuQuery": 0.002}
SUSPECTED = {"PlaceOrderCommand": 0.0115, "GetMenuQuery": 0.002}
SAME = Plan().durations
BOTH: tuple[Part, ...] = ("alone", "load")
ARRIVALS = Arrivals(
    kind="poisson",
    rate=42.0,
    max_users=210,
    due=210,
    offered=210,
    dropped=0,
    finished=210,
    under_way_at_start=0,
    under_way_at_end=0,
    most_users=9,
    pool=32,
    late_p99=0.002,
    late_max=0.01,
)


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("perf.toml").write_text(POLICY)


def record(folder: Path, alone: Mapping[str, float], load: Mapping[str, float], late: float = 0.002) -> Path:
    """A gate of four rounds of each part."""
    arrivals = ARRIVALS.model_copy(update={"late_p99": late})
    turns = {"model": "open", "alternation": Alternation(seconds=0.6, turns=8), "arrivals": arrivals}
    for seed in (1, 2, 3, 4):
        write_run(folder / f"round-{seed}", Plan(alone, seed=seed), Plan(seed=seed + 100))
        write_run(folder / f"load-{seed}", Plan(load, seed=seed), Plan(seed=seed + 100), **turns)
    return folder


def recorded_alone(tmp_path: Path) -> Path:
    """A gate of an unchanged build whose part under load has no runs."""
    folder = record(tmp_path / "gate", SAME, SAME)
    for each in folder.glob("load-*/run.json"):
        each.unlink()
    return folder


def gate(
    folder: Path,
    parts: Sequence[Part] = BOTH,
    fails_under_load: UserError | None = None,
    *,
    until_decided: bool = False,
    late_start: bool = False,
) -> tuple[GateResult, list[Duet]]:
    """The result, and the duets that were played; ``late_start``: when all of the time was over."""
    policy = policy_file.load()
    played: list[Duet] = []

    def play_one(setup: Duet, number: int, _: object) -> MeasuredRun:
        if fails_under_load and setup.load.alternate:
            raise fails_under_load
        run = runs.load(duet.round_folder(setup, number))
        return measure_run(run, open_source(policy)(run))

    def play_duet(setup: Duet, narrator: Narrator) -> GateResult:
        played.append(setup)
        return duet.play(setup, narrator, play_one, itertools.count().__next__)

    load = replace(LOAD, rate=None if late_start else 42.0)
    whole = duet_setup(folder, policy, load=load, max_rounds=4, until_decided=until_decided)
    start = time.monotonic() - late_start * whole.max_duration
    plan = PartsPlan(whole, NOWHERE, tuple(parts), clock_start=start)
    return play(plan, SilentNarrator(), play_duet), played


def compared(folder: Path) -> tuple[str, str, list[tuple[str, str]]]:
    main([str(folder)])
    report = json.loads((folder / "compare" / "report.json").read_text())
    findings = [(each["code"], each["message"]) for each in report["findings"]]
    return report["outcome"], report["sentence"], findings


def row(result: GateResult, title: str) -> tuple[Verdict, str]:
    return next((each.verdict, each.explanation) for each in result.operations if each.title == title)


def test_an_unchanged_build_passes_alone_and_under_load(tmp_path: Path) -> None:
    result, played = gate(record(tmp_path / "gate", SAME, SAME))
    assert result.outcome is Outcome.PASS
    assert result.sentence.startswith("No regression in 2 operations alone and under load.")
    assert {each.title for each in result.operations} == {
        "GetMenuQuery",
        "GetMenuQuery under load",
        "PlaceOrderCommand",
        "PlaceOrderCommand under load",
    }
    assert result.scope.count("42 journeys a second") == 1
    assert [each.promise for each in played] == [0.5, 0.5]
    assert compared(tmp_path / "gate") == said(result)


def test_what_is_slower_under_load_alone_is_said_to_wait(tmp_path: Path) -> None:
    result, _ = gate(record(tmp_path / "gate", SAME, MUCH_SLOWER))
    assert result.outcome is Outcome.REGRESSED
    assert result.sentence.startswith("PlaceOrderCommand under load regressed")
    verdict, explanation = row(result, "PlaceOrderCommand under load")
    assert verdict is Verdict.REGRESSED
    assert explanation.startswith("At 42 journeys/s: the typical time changed by")
    assert explanation.endswith("Alone it is unchanged: it waits.")
    assert row(result, "PlaceOrderCommand")[0] is Verdict.UNCHANGED
    assert compared(tmp_path / "gate") == said(result)


def test_what_is_slower_alone_too_is_said_to_work_longer(tmp_path: Path) -> None:
    result, _ = gate(record(tmp_path / "gate", MUCH_SLOWER, MUCH_SLOWER))
    assert row(result, "PlaceOrderCommand under load")[1].endswith("slower alone, too: it works longer.")


def test_a_gate_ends_after_the_part_alone_where_that_is_the_outcome(tmp_path: Path) -> None:
    result, played = gate(record(tmp_path / "gate", SLOWER, SAME), until_decided=True)
    assert result.outcome is Outcome.REGRESSED
    assert [each.load.alternate for each in played] == [None]


def test_a_late_generator_spoils_the_part_under_load_and_no_build(tmp_path: Path) -> None:
    result, _ = gate(record(tmp_path / "gate", SAME, MUCH_SLOWER, late=0.2))
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "Alone: No regression in 2 operations." in result.sentence
    assert row(result, "PlaceOrderCommand")[0] is Verdict.UNCHANGED
    assert row(result, "PlaceOrderCommand under load")[0] is Verdict.INCONCLUSIVE
    assert compared(tmp_path / "gate") == said(result)


def test_a_part_under_load_that_fails_leaves_the_gate_without_an_answer_and_the_other_judged(
    tmp_path: Path,
) -> None:
    folder = recorded_alone(tmp_path)
    result, _ = gate(folder, fails_under_load=UserError("the candidate cannot be started"))
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "part-failed" in {each.code for each in result.findings}
    assert "the part under load failed (the candidate cannot be started)" in result.sentence
    assert row(result, "PlaceOrderCommand")[0] is Verdict.UNCHANGED
    assert compared(folder) == said(result)


@pytest.mark.parametrize(
    ("load_time", "kept", "left"),
    [("", 0.0, 0.25), ("load_time = 0.1", 0.1, 0.15), ("load_time = 0.6", 0.6, 0.0)],
)
def test_the_part_alone_leaves_time_for_the_part_under_load(
    tmp_path: Path, load_time: str, kept: float, left: float
) -> None:
    Path("perf.toml").write_text(f"{POLICY}\n[gate]\n{load_time}\n")
    _, (alone, load) = gate(record(tmp_path / "gate", SAME, SAME))
    assert alone.max_duration == pytest.approx((1 - kept) * load.max_duration)
    assert alone.left_over == pytest.approx(left * load.max_duration)
    assert load.left_over == 0.0


def test_a_part_alone_that_took_all_of_the_time_leaves_load_unseen(tmp_path: Path) -> None:
    folder = recorded_alone(tmp_path)
    result, played = gate(folder, late_start=True)
    assert len(played) == 1
    assert result.outcome is Outcome.PASS
    assert "not played (no time was left for a round; give a longer --max-duration)" in result.sentence
    assert compared(folder) == said(result)


def test_rounds_under_load_that_were_played_before_count_though_no_time_is_left_for_more(
    tmp_path: Path,
) -> None:
    """Something is suspected in them, so a gate that goes on must not pass without them."""
    Path("perf.toml").write_text(f"[gate]\nfalse_alarm_rate = 0.000001\n{POLICY}")
    folder, policy = record(tmp_path / "runs" / "gate", SAME, SUSPECTED), policy_file.load()
    earlier = {part: earlier_rounds.read(folder, part, open_source(policy)) for part in BOTH}

    def play_duet(*_: object) -> GateResult:
        raise OutOfTimeError("the time was over")

    whole = duet_setup(folder, policy, load=replace(LOAD, rate=42.0), max_rounds=4)
    plan = PartsPlan(whole, NOWHERE, BOTH, clock_start=time.monotonic(), earlier=earlier)
    result = play(plan, SilentNarrator(), play_duet)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "It may be worse: PlaceOrderCommand under load" in result.sentence
    assert compared(folder) == said(result)


def test_a_part_for_which_no_time_was_left_is_played_when_the_gate_goes_on(tmp_path: Path) -> None:
    folder, policy = record(tmp_path / "runs" / "gate", SAME, SAME), policy_file.load()
    for each in folder.glob("load-*"):
        shutil.rmtree(each)
    incidents.keep(folder / "load-1", Code.PART_NOT_PLAYED.finding(reason="the time was over"))
    earlier = {part: earlier_rounds.read(folder, part, open_source(policy)) for part in BOTH}
    assert [earlier[part].number for part in BOTH] == [4, 0]
    record(tmp_path / "again", SAME, SAME)

    def play_duet(setup: Duet, _: Narrator) -> GateResult:
        assert not (folder / "load-1" / incidents.FILE_NAME).exists()
        for each in (tmp_path / "again").glob("load-*"):
            shutil.copytree(each, folder / each.name, dirs_exist_ok=True)
        played = earlier_rounds.read(folder, "load", open_source(policy))
        return conclude(played.runs, None, policy, promise=setup.promise)

    whole = duet_setup(folder, policy, load=replace(LOAD, rate=42.0), max_rounds=4)
    plan = PartsPlan(whole, NOWHERE, BOTH, clock_start=time.monotonic(), earlier=earlier)
    result = play(plan, SilentNarrator(), play_duet)
    assert result.sentence.startswith("No regression in 2 operations alone and under load.")
    assert compared(folder) == said(result)


def test_a_pass_stands_where_no_time_is_left_for_load_and_says_so(tmp_path: Path) -> None:
    folder = recorded_alone(tmp_path)
    result, _ = gate(folder, fails_under_load=OutOfTimeError("the time was over"))
    assert result.outcome is Outcome.PASS
    assert "part-not-played" in {each.code for each in result.findings}
    assert result.sentence.startswith("No regression in 2 operations. Under load: could not tell. The part")
    assert result.next_steps == (suspicion.AGAIN,)
    assert compared(folder) == said(result)


def test_a_pass_stands_where_a_late_generator_leaves_nothing_suspected_under_load(tmp_path: Path) -> None:
    result, _ = gate(record(tmp_path / "gate", SAME, SAME, late=0.2))
    assert result.outcome is Outcome.PASS
    assert "Under load: could not tell. The run cannot be judged: " in result.sentence
    assert row(result, "PlaceOrderCommand under load")[0] is Verdict.INCONCLUSIVE
    assert result.next_steps == (suspicion.AGAIN,)
    assert compared(tmp_path / "gate") == said(result)


@pytest.mark.parametrize("render", [html_report, json_report, junit_report, markdown_report, terminal_report])
def test_every_report_of_a_pass_says_that_load_could_not_tell_and_what_to_do(
    tmp_path: Path, render: ModuleType
) -> None:
    result, _ = gate(record(tmp_path / "gate", SAME, SAME, late=0.2))
    text = " ".join(render.render(result).split())
    assert "Under load: could not tell." in text
    assert suspicion.AGAIN.removesuffix(".") in text


def test_a_rise_that_is_suspected_under_load_takes_the_pass_away(tmp_path: Path) -> None:
    """At one false alarm in a million gates it is not sure."""
    Path("perf.toml").write_text(f"[gate]\nfalse_alarm_rate = 0.000001\n{POLICY}")
    result, _ = gate(record(tmp_path / "gate", SAME, SUSPECTED))
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "It may be worse: PlaceOrderCommand under load (typical time +" in result.sentence
    assert row(result, "PlaceOrderCommand")[0] is Verdict.UNCHANGED
    assert compared(tmp_path / "gate") == said(result)


def test_what_speaks_against_a_build_takes_the_pass_away_and_a_generator_does_not(tmp_path: Path) -> None:
    unclear, _ = gate(record(tmp_path / "gate", SAME, SAME, late=0.2), ["load"])
    assert suspicion.is_unseen(unclear)
    blamed = replace(unclear, findings=(*unclear.findings, incidents.side_died("the candidate ended")))
    assert not suspicion.is_unseen(blamed)
    assert not suspicion.is_unseen(replace(unclear, operations=()))


def test_one_part_has_the_whole_promise_and_the_usual_names(tmp_path: Path) -> None:
    folder = record(tmp_path / "gate", SAME, SAME)
    result, played = gate(folder, ["alone"])
    assert [each.promise for each in played] == [1.0]
    assert result.sentence == "No regression in 2 operations."
    loaded, _ = gate(folder, ["load"])
    assert loaded.outcome is Outcome.PASS
    assert {each.part for each in loaded.operations} == {"load"}


def test_a_gate_that_goes_on_plays_only_the_part_that_is_open_at_the_rate_of_before(tmp_path: Path) -> None:
    """Each round has 600 executions: three rounds alone are enough, and two under load are not."""
    Path("perf.toml").write_text(f"{POLICY}min_samples = 1500\n")
    folder, policy = record(tmp_path / "runs" / "gate", SAME, SAME), policy_file.load()
    for number in (3, 4):
        shutil.rmtree(folder / f"load-{number}")
    earlier = {part: earlier_rounds.read(folder, part, open_source(policy)) for part in BOTH}
    assert [len(earlier[part].runs) for part in BOTH] == [4, 2]
    played: list[Duet] = []

    def play_duet(setup: Duet, _: Narrator) -> GateResult:
        played.append(setup)
        return conclude(setup.earlier.runs, None, policy)

    whole = duet_setup(folder, policy, load=replace(LOAD, rate=None), max_rounds=4)
    plan = PartsPlan(whole, NOWHERE, BOTH, clock_start=time.monotonic(), earlier=earlier)
    result = play(plan, SilentNarrator(), play_duet)
    assert result.outcome is Outcome.PASS
    assert "Under load: could not tell." in result.sentence
    (under_load,) = played
    assert (under_load.load.rate, under_load.earlier.number) == (42.0, 2)
    assert under_load.plan.budget < 0.5 * policy.false_alarm_rate
