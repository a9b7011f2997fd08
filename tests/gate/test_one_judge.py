"""What a gate says, ``compare`` says of the same runs: both ask the same judge."""

from __future__ import annotations

import itertools
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.compare import main
from mario_perf import runs
from mario_perf.configuration import policy_file
from mario_perf.errors import InvalidRunError, UserError
from mario_perf.gate.duet import play
from mario_perf.gate.load_process import SideDiedError
from mario_perf.judgement.judge import conclude
from mario_perf.measurement.measured_run import MeasuredRun, measure_run
from mario_perf.model import Finding, GateResult, Outcome
from mario_perf.runs import Run
from mario_perf.sources.source import open_source
from tests.gate.duet_setup import SilentNarrator, duet_setup
from tests.judgement.test_judge import lose_scrapes
from tests.simulated_runs import Plan, write_run

POLICY = "[thresholds]\nlatency_resolution = 0.5\ntail_resolution = 1.0\nerror_resolution = 0.05\n"
SLOWER = {"PlaceOrderCommand": 0.016, "GetMenuQuery": 0.002}
MILD = {"PlaceOrderCommand": 0.009, "GetMenuQuery": 0.002}


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("perf.toml").write_text(POLICY)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four rounds of the same build, and of each of two whose candidate is slower."""
    folder = tmp_path_factory.mktemp("recorded")
    for name, durations in (("same", Plan().durations), ("slower", SLOWER), ("mild", MILD)):
        for seed in (1, 2, 3, 4):
            write_run(folder / name / f"round-{seed}", Plan(durations, seed=seed), Plan(seed=seed + 100))
    return folder


@pytest.fixture
def rounds(recorded: Path, tmp_path: Path) -> list[Path]:
    """Of the same build."""
    return copied(recorded / "same", tmp_path)


def copied(folder: Path, to: Path) -> list[Path]:
    shutil.copytree(folder, to / "runs")
    return sorted((to / "runs").iterdir())


def gate(
    played: list[Path], ends: dict[int, Exception] | None = None, *, until_decided: bool = False
) -> GateResult:
    """A gate whose rounds were recorded before; in one of them something may go wrong."""
    policy = policy_file.load()

    def play_one(_: object, number: int, narrator: object) -> MeasuredRun:
        if ends and number in ends:
            raise ends[number]
        run = runs.load(played[number - 1])
        return measure_run(run, open_source(policy)(run))

    folder = played[0].parent
    duet = duet_setup(folder, policy, max_rounds=len(played), until_decided=until_decided)
    return play(duet, SilentNarrator(), play_one, itertools.count().__next__)


def compared(played: list[Path]) -> tuple[str, str, list[tuple[str, str]]]:
    main([argument for path in played for argument in ("--run", str(path))])
    report = json.loads((played[-1] / "report.json").read_text())
    return (
        report["outcome"],
        report["sentence"],
        [(each["code"], each["message"]) for each in report["findings"]],
    )


def said(result: GateResult) -> tuple[str, str, list[tuple[str, str]]]:
    return result.outcome.value, result.sentence, [(each.code, each.message) for each in result.findings]


def codes(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.code for finding in findings}


def test_of_a_pass(rounds: list[Path]) -> None:
    result = gate(rounds)
    assert result.outcome is Outcome.PASS
    assert compared(rounds) == said(result)


def test_of_a_regression(recorded: Path, tmp_path: Path) -> None:
    played = copied(recorded / "slower", tmp_path)
    result = gate(played)
    assert result.outcome is Outcome.REGRESSED
    assert compared(played) == said(result)


def test_of_running_services_of_which_one_is_three_times_slower_under_the_default_policy(
    tmp_path: Path,
) -> None:
    """All rounds are of the same two processes, as where services are given by their URLs."""
    Path("perf.toml").unlink()
    slower = {**Plan().durations, "PlaceOrderCommand": 3 * Plan().durations["PlaceOrderCommand"]}
    played = [
        write_run(tmp_path / "runs" / f"round-{seed}", Plan(slower, seed=seed), Plan(seed=seed + 100))
        for seed in (1, 2, 3, 4)
    ]
    result = gate(played)
    assert result.outcome is Outcome.REGRESSED
    assert result.sentence.startswith("PlaceOrderCommand regressed")
    assert "same-processes" in codes(result.findings)
    assert compared(played) == said(result)


def test_of_a_round_that_is_left_out(rounds: list[Path]) -> None:
    lose_scrapes(rounds[1], "candidate")
    result = gate(rounds)
    assert result.outcome is Outcome.PASS
    assert any("round-2 was left out" in finding.message for finding in result.findings)
    assert compared(rounds) == said(result)


def test_of_too_many_unfit_rounds(rounds: list[Path]) -> None:
    for path in rounds[:2]:
        lose_scrapes(path, "candidate")
    result = gate(rounds)
    assert result.outcome is Outcome.INVALID
    assert compared(rounds) == said(result)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SideDiedError("in round 3 candidate ended with exit code 137"), "side-died"),
        (UserError("Locust ended with exit code 1"), "round-failed"),
    ],
)
@pytest.mark.parametrize("leaves_a_record", [True, False])
def test_of_a_round_that_something_ended(
    rounds: list[Path], error: Exception, code: str, *, leaves_a_record: bool
) -> None:
    if not leaves_a_record:
        (rounds[2] / "run.json").unlink()
    result = gate(rounds, {3: error})
    assert result.outcome is Outcome.INVALID
    assert str(error) in result.sentence
    assert code in codes(result.findings)
    assert [run.run_id for run in result.runs] == ["round-1", "round-2"]
    assert compared(rounds[:3]) == said(result)


def test_of_a_side_that_died_in_the_first_round(rounds: list[Path]) -> None:
    result = gate(rounds[:1], {1: SideDiedError("in round 1 candidate ended with exit code 137")})
    assert result.outcome is Outcome.INVALID
    assert compared(rounds[:1]) == said(result)


def test_of_a_side_that_died_before_anything_was_measured(
    rounds: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    (rounds[0] / "run.json").unlink()
    with pytest.raises(InvalidRunError, match="exit code 137, before anything was measured") as raised:
        gate(rounds[:1], {1: SideDiedError("in round 1 candidate ended with exit code 137")})
    assert main(["--run", str(rounds[0])]) == 4
    assert str(raised.value) in capsys.readouterr().err


def test_a_file_that_is_no_incident_is_one_line(
    rounds: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    run = rounds[0]
    (run / "incident.json").write_text("{}")
    assert main(["--run", str(run)]) == 2
    assert "no incident of a run" in capsys.readouterr().err


def borderline(folder: Path, to: Path) -> list[Path]:
    """Ten rounds, made of four, whose candidate is a little slower."""
    made = []
    for number in range(1, 11):
        source, one = folder / f"round-{1 + number % 4}", to / "runs" / f"round-{number}"
        shutil.copytree(source, one)
        runs.write(Run(one, runs.load(one).record.model_copy(update={"run_id": one.name})))
        made.append(one)
    return made


def test_of_a_borderline_run_that_the_whole_promise_would_call_regressed(
    recorded: Path, tmp_path: Path
) -> None:
    played = borderline(recorded / "mild", tmp_path)
    measured = [measure_run(run, open_source(policy_file.load())(run)) for run in map(runs.load, played)]
    rates = 0.0005 * 1.1 ** np.arange(60)
    outcomes = {
        rate: conclude(measured, None, replace(policy_file.load(), false_alarm_rate=rate)).outcome
        for rate in rates.tolist()
    }
    just = next(rate for rate, outcome in outcomes.items() if outcome is Outcome.REGRESSED)
    Path("perf.toml").write_text(f"[gate]\nfalse_alarm_rate = {just}\n{POLICY}")
    result = gate(played, until_decided=True)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.runs[-1].look is not None
    assert result.runs[-1].look.spent < 1
    assert compared(played) == said(result)


def test_other_rounds_than_a_gate_looked_at_are_a_look_of_their_own(rounds: list[Path]) -> None:
    gate(rounds)
    look = runs.load(rounds[-1]).record.look
    assert look is not None
    assert look.runs == ("round-1", "round-2", "round-3", "round-4")
    assert runs.load(rounds[0]).record.look is None
    assert compared(rounds[1:])[0] == "pass"
