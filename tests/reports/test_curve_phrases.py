"""Load curves in each format."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mario_perf.reports import (
    curve_phrases,
    html_report,
    json_report,
    markdown_report,
    report_reading,
    terminal_report,
)
from mario_perf.reports.redaction import redact
from tests.reports import curve_samples, samples
from tests.reports.curve_samples import EARLIER, UNKNOWN

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.model import GateResult

LAST = ("90 %", "162/s", "+4.0 % (-2.0 to +10.0 %)", "+240.0 % (+150.0 to +362.0 %)")


def test_a_level_has_a_share_a_rate_and_two_changes_with_intervals() -> None:
    assert curve_phrases.row(EARLIER.levels[-1]) == LAST
    assert curve_phrases.row(UNKNOWN.levels[0]) == ("-", "45/s", "unknown", "unknown")


def test_what_stands_out_is_shown_and_else_the_first() -> None:
    assert curve_phrases.shown((EARLIER, UNKNOWN), 3) == (EARLIER,)
    assert curve_phrases.shown((UNKNOWN, UNKNOWN), 3) == (UNKNOWN,)
    assert curve_phrases.shown((), 3) == ()


def test_a_terminal_shows_the_sentence_and_a_line_for_each_level() -> None:
    lines = terminal_report.render(curve_samples.gate()).splitlines()
    place = lines.index(f"load: {EARLIER.explanation}")
    table = [line.split() for line in lines[place + 1 : place + 5]]
    assert table[0] == ["level", "rate", "service", "time", "response", "time"]
    assert table[-1] == " ".join(LAST).split()


def test_markdown_folds_the_levels_and_stays_short() -> None:
    text = markdown_report.render(curve_samples.gate())
    assert f"<tr>{''.join(f'<td>{cell}</td>' for cell in LAST)}</tr>" in text
    assert f"<summary>{EARLIER.explanation}</summary>" in text
    assert text.count("\n") <= 40


def test_the_page_shows_a_chart_and_the_levels() -> None:
    page = html_report.render(curve_samples.gate())
    assert "PlaceOrderCommand saturates earlier: +2.0 % at 45 journeys/s" in page
    assert "Typical response time of PlaceOrderCommand against the rate" in page
    assert all(f"<td>{cell}</td>" in page for cell in LAST[1:])
    assert "page:curves" not in html_report.render(samples.gate())


def test_json_holds_the_curves_and_is_read_as_it_was(tmp_path: Path) -> None:
    result: GateResult = curve_samples.gate()
    (tmp_path / "report.json").write_text(json_report.render(result))
    first, second = json.loads((tmp_path / "report.json").read_text())["load_curves"]
    assert first["shape"] == "saturates earlier"
    assert first["levels"][2]["response_time"] == {"value": 2.4, "low": 1.5, "high": 3.62, "confidence": 0.95}
    assert second["levels"][0]["response_time"]["low"] is None
    read = report_reading.read(tmp_path / "report.json")
    assert html_report.render(read) == html_report.render(redact(result))
