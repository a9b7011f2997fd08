"""Usage as a table, as JSON, and as a section of a report."""

from __future__ import annotations

import io
import json
from html.parser import HTMLParser

import pytest
from rich.console import Console

from mario_perf.model import Operation
from mario_perf.reports import html_report
from mario_perf.reports.usage import usage_document, usage_phrases, usage_section, usage_terminal
from mario_perf.run_record import Span
from mario_perf.usage.usage_model import OperationUse, Period, Standing, Usage
from tests.reports import samples

HOSTILE = "<script>alert(1)</script>"
ORDER = OperationUse(
    Operation("command", "PlaceOrderCommand"), 200, {"business_rule": 15, "exception": 5}, Standing.USED
)
MENU = OperationUse(Operation("query", "GetMenuQuery"), 600, {}, Standing.NEW)
TOUR = OperationUse(Operation("query", HOSTILE), 0, {}, Standing.GONE)
HOURS = (Span(start=0.0, end=3600.0), Span(start=3600.0, end=7200.0))
USAGE = Usage(
    span=Span(start=0.0, end=7200.0),
    before=Span(start=-7200.0, end=0.0),
    operations=(MENU, ORDER, TOUR),
    periods=(Period(HOURS[0], 80), Period(HOURS[1], 720)),
)


def printed(usage: Usage) -> str:
    out = io.StringIO()
    usage_terminal.print_usage(usage, Console(file=out, width=150, color_system=None))
    return out.getvalue()


def row(text: str, name: str) -> list[str]:
    (line,) = (line for line in text.splitlines() if line.startswith(name))
    return line.split()


def test_the_table_has_a_row_an_operation() -> None:
    cells = row(printed(USAGE), "PlaceOrderCommand")
    assert cells[1:7] == ["command", "200", "25", "%", "90", "%"]
    assert cells[7:] == ["business_rule", "15,", "exception", "5", "used"]


def test_the_table_tells_balance_peaks_errors_and_what_is_new_or_gone() -> None:
    facts = dict(usage_phrases.facts(USAGE))
    assert facts["balance"] == "query 75 %, command 25 %"
    assert facts["errors"] == "business_rule 15, exception 5"
    assert facts["peaks"].index("0.2/s") < facts["peaks"].index("0.0222/s")
    assert (facts["new"], facts["no longer used"], facts["never used"]) == ("GetMenuQuery", HOSTILE, "none")


def test_without_a_time_before_it_says_so_instead_of_calling_nothing_new() -> None:
    unknown = Usage(USAGE.span, None, (MENU,), USAGE.periods)
    assert dict(usage_phrases.facts(unknown))["new"] == usage_phrases.NOTHING_BEFORE
    assert json.loads(usage_document.render(unknown))["new"] is None


def test_json_holds_what_was_found() -> None:
    told = json.loads(usage_document.render(USAGE))
    assert told["executions"] == 800
    assert told["success"] == 1 - 20 / 800
    assert told["balance"] == {"query": 0.75, "command": 0.25}
    assert told["no_longer_used"] == [HOSTILE]
    assert told["peaks"][0] == {"start": 3600.0, "end": 7200.0, "executions": 720}
    assert [one["success"] for one in told["operations"]] == [1.0, 0.9, None]


def test_a_report_gets_the_section_and_keeps_all_else() -> None:
    page = html_report.render(samples.gate())
    longer = usage_section.add_section(page, USAGE)
    assert longer.replace(usage_section.render(USAGE), "") == page
    assert longer.index("page:usage") < longer.index("</main>")


def test_asked_again_the_section_is_replaced() -> None:
    page = html_report.render(samples.gate())
    other = Usage(USAGE.span, None, (MENU,), USAGE.periods)
    assert usage_section.add_section(
        usage_section.add_section(page, other), USAGE
    ) == usage_section.add_section(page, USAGE)


def test_what_is_no_report_is_refused() -> None:
    with pytest.raises(ValueError, match="not a report of mario-perf"):
        usage_section.add_section("<p>hello</p>", USAGE)


def test_the_section_brings_no_script_no_style_and_no_markup_of_a_name() -> None:
    text = usage_section.render(USAGE)
    tags = _Tags()
    tags.feed(text)
    assert not {"script", "style", "link"} & tags.seen
    assert "style=" not in text
    assert "&lt;script&gt;" in text


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, _: object) -> None:
        """Keep it."""
        self.seen.add(tag)
