from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mario_perf.errors import UserError
from mario_perf.model import Operation
from mario_perf.reports import github_annotations, outputs
from mario_perf.reports.formats import FORMATS
from mario_perf.reports.outputs import Output, deliver
from tests.reports import samples
from tests.reports.test_redaction import planted
from tests.test_masking import SECRET

if TYPE_CHECKING:
    from mario_perf.model import GateResult


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not on GitHub, wherever these tests run."""
    for variable in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.delenv(variable, raising=False)


def test_every_format_has_a_file_of_its_own() -> None:
    endings = {one.ending for one in FORMATS.values()}
    assert len(endings) == len({one.file for one in FORMATS.values()}) == len(FORMATS)


@pytest.mark.parametrize(
    ("written", "output"),
    [
        ("pr.md", Output(FORMATS["markdown"], Path("pr.md"))),
        ("a/b.html", Output(FORMATS["html"], Path("a/b.html"))),
        ("junit.xml", Output(FORMATS["junit"], Path("junit.xml"))),
        ("markdown=comment", Output(FORMATS["markdown"], Path("comment"))),
        ("text=pr.md", Output(FORMATS["text"], Path("pr.md"))),
        ("a=b.json", Output(FORMATS["json"], Path("a=b.json"))),
    ],
)
def test_the_ending_says_the_format_unless_it_is_given(written: str, output: Output) -> None:
    assert Output.parse(written) == output


@pytest.mark.parametrize("written", ["report", "report.pdf", "pdf=report", "", "markdown=", "html=/tmp"])
def test_an_output_that_cannot_be_is_refused(written: str) -> None:
    with pytest.raises(UserError, match=r"end the name with one of|folder"):
        Output.parse(written)


def test_each_file_beside_the_report_is_named(
    result: GateResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(result, tmp_path, ["markdown"], [Output(FORMATS["junit"], tmp_path / "new" / "junit.xml")])
    assert capsys.readouterr().out.splitlines()[-3:] == [
        f"report: {tmp_path / 'report.html'}",
        f"also: {tmp_path / 'report.md'}",
        f"also: {tmp_path / 'new' / 'junit.xml'}",
    ]


def test_html_and_json_are_always_there_and_the_rest_when_asked(result: GateResult, tmp_path: Path) -> None:
    run = tmp_path / "run"
    deliver(result, run, ["markdown", "json"], [Output(FORMATS["junit"], tmp_path / "new" / "junit.xml")])
    assert {path.name for path in run.iterdir()} == {"report.html", "report.json", "report.md"}
    assert (run / "report.md").read_text() == FORMATS["markdown"].render(result)
    assert (tmp_path / "new" / "junit.xml").read_text() == FORMATS["junit"].render(result)


def test_a_file_that_cannot_be_written_keeps_none_of_the_others_back(
    result: GateResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(UserError, match=r"report\.html: the report cannot be written"):
        deliver(result, tmp_path, [], [])
    assert json.loads((tmp_path / "report.json").read_text())["outcome"] == result.outcome.value
    assert result.sentence in capsys.readouterr().out


def test_a_collector_never_sees_half_a_file(result: GateResult, tmp_path: Path) -> None:
    metrics = tmp_path / "metrics.prom"
    metrics.write_text("old")
    with metrics.open() as read_meanwhile:
        deliver(result, tmp_path / "run", [], [Output(FORMATS["openmetrics"], metrics)])
        assert read_meanwhile.read() == "old"
    assert metrics.read_text() == FORMATS["openmetrics"].render(result)
    assert {path.name for path in tmp_path.iterdir()} == {"run", "metrics.prom"}


def test_a_link_stays_one(result: GateResult, tmp_path: Path) -> None:
    link, metrics = tmp_path / "link.prom", tmp_path / "metrics.prom"
    link.symlink_to(metrics)
    deliver(result, tmp_path / "run", [], [Output(FORMATS["openmetrics"], link)])
    assert link.is_symlink()
    assert metrics.read_text() == FORMATS["openmetrics"].render(result)


def test_a_format_that_fails_keeps_no_other_output_back(
    result: GateResult, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: GateResult) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(outputs, "FORMATS", {**FORMATS, "html": replace(FORMATS["html"], render=broken)})
    with pytest.raises(ZeroDivisionError) as caught:
        deliver(result, tmp_path, ["junit"], [])
    assert caught.value.__notes__ == [f"{tmp_path / 'report.html'} is missing"]
    assert {path.name for path in tmp_path.iterdir()} == {"report.json", "report.xml"}
    assert result.sentence in capsys.readouterr().out


def test_elsewhere_than_on_github_no_workflow_command_is_printed(
    result: GateResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(result, tmp_path, [], [])
    assert "::" not in capsys.readouterr().out


def test_on_github_the_log_is_annotated_and_the_step_has_a_summary_and_outputs(
    result: GateResult,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    summary, output = tmp_path / "summary", tmp_path / "output"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))
    deliver(result, tmp_path / "run", [], [])
    assert github_annotations.render(result) in capsys.readouterr().out
    assert summary.read_text() == "before\n" + github_annotations.step_summary(result)
    assert output.read_text().splitlines() == ["outcome=regressed", f"folder={tmp_path / 'run'}"]


def test_on_github_a_name_on_the_terminal_is_no_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = replace(samples.operations()[0], operation=Operation("command", "::error::all is lost"))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    deliver(samples.gate(evil), tmp_path, [], [])
    lines = capsys.readouterr().out.splitlines()
    stopped = lines[0].removeprefix("::stop-commands::")
    inside = lines[1 : lines.index(f"::{stopped}::")]
    assert any(line.startswith("::error::all is lost") for line in inside)
    assert not any(line.startswith("::error::all is lost") for line in lines[len(inside) + 1 :])


def test_a_secret_in_any_input_reaches_no_file_and_not_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for variable in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    deliver(planted(), tmp_path, [*FORMATS], [])
    written = [path.read_text() for path in tmp_path.iterdir()]
    assert len(written) == len(FORMATS) + 2
    for text in (*written, *capsys.readouterr()):
        assert SECRET not in text


def test_a_link_in_the_runs_folder_does_not_choose_where_is_written(
    result: GateResult, tmp_path: Path
) -> None:
    run, theirs = tmp_path / "run", tmp_path / "theirs"
    run.mkdir()
    theirs.write_text("mine")
    for name in ("report.html", "report.json", ".report.json.new", "report.md"):
        (run / name).symlink_to(theirs)
    deliver(result, run, ["markdown"], [])
    assert theirs.read_text() == "mine"
    assert (run / "report.json").read_text() == FORMATS["json"].render(result)
