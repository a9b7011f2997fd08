from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mario_perf.errors import UnreadableRunError
from mario_perf.model import Outcome, Verdict
from mario_perf.reports import html_report, json_report, report_reading, run_list
from mario_perf.reports.redaction import redact
from tests.reports import samples

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.model import GateResult


@pytest.fixture
def written(result: GateResult, tmp_path: Path) -> Path:
    (tmp_path / "report.json").write_text(json_report.render(result))
    return tmp_path / "report.json"


def test_what_was_written_is_read_as_it_was(result: GateResult, written: Path) -> None:
    read = report_reading.read(written)
    assert json_report.render(read) == json_report.render(result)
    assert html_report.render(read) == html_report.render(redact(result))


def test_a_gate_that_measured_nothing_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(json_report.render(samples.empty()))
    assert report_reading.read(tmp_path / "report.json").operations == ()


def test_what_is_no_report_is_said_with_what_to_do(written: Path) -> None:
    with pytest.raises(UnreadableRunError, match="mario-perf compare"):
        report_reading.read(written.parent / "other.json")
    document = json.loads(written.read_text())
    written.write_text(json.dumps({**document, "format_version": 99}))
    with pytest.raises(UnreadableRunError, match="format_version"):
        report_reading.read(written)


def test_a_metric_of_a_later_version_is_said_with_what_to_do(written: Path) -> None:
    written.write_text(written.read_text().replace('"metric": "p95"', '"metric": "p95_of_tomorrow"'))
    with pytest.raises(UnreadableRunError, match=r"metric p95_of_tomorrow\); judge the run again with mario"):
        report_reading.read(written)


def test_a_list_shows_how_a_run_ended_and_its_worst_change(written: Path) -> None:
    seen = run_list.glance(written.parent)
    lines = [row.plain for row in run_list.rows([("20261123T160612Z-5e1d", seen), ("other", None)], 120)]
    assert lines[0].split() == ["run", "outcome", "worst", "change", "candidate", "baseline", "when"]
    assert lines[1].split()[:2] == ["20261123T160612Z-5e1d", "regressed"]
    assert "PlaceOrderCommand +21.4 %" in lines[1]
    assert "b81d7e22aa+" in lines[1]
    assert lines[2].split() == ["other", "not", "judged"]


def test_an_improvement_is_no_worst_change(result: GateResult, tmp_path: Path) -> None:
    faster, *rest = sorted(result.operations, key=lambda one: one.verdict is not Verdict.IMPROVED)
    assert faster.verdict is Verdict.IMPROVED
    open_gate = replace(result, outcome=Outcome.INCONCLUSIVE, operations=(faster, *rest))
    (tmp_path / "report.json").write_text(json_report.render(open_gate))
    seen = run_list.glance(tmp_path)
    assert seen is not None
    assert seen.worst == "PlaceOrderCommand +21.4 %"


def test_a_list_keeps_to_the_width_of_the_terminal(written: Path) -> None:
    seen = run_list.glance(written.parent)
    for width in (60, 80, 120):
        assert all(
            len(row.plain) <= width for row in run_list.rows([("20261123T160612Z-5e1d", seen)] * 3, width)
        )


def test_a_report_that_cannot_be_read_is_a_run_that_was_not_judged(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("{")
    assert run_list.glance(tmp_path) is None


def test_the_worst_of_a_gate_without_a_figure_is_empty(tmp_path: Path) -> None:
    unknown = replace(samples.gate(samples.without_data()), outcome=samples.gate().outcome)
    assert unknown.operations[0].verdict is Verdict.INCONCLUSIVE
    (tmp_path / "report.json").write_text(json_report.render(unknown))
    seen = run_list.glance(tmp_path)
    assert seen is not None
    assert seen.worst == ""
