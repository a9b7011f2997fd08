from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mario_perf.model import Finding, Severity
from mario_perf.reports import github_annotations, markdown_report
from tests.reports import samples

if TYPE_CHECKING:
    from mario_perf.model import GateResult


@cache
def of_many(count: int) -> str:
    """The comment on so large a gate, which several tests read."""
    return markdown_report.render(samples.many(count))


@pytest.mark.parametrize("count", [1, 500, 1000])
def test_a_comment_fits_github_whatever_the_number_of_operations(count: int) -> None:
    assert len(of_many(count)) <= markdown_report.COMMENT_LIMIT


def test_a_comment_fits_github_whatever_the_number_of_findings(result: GateResult) -> None:
    findings = (Finding("gap", Severity.WARNING, "long " * 200),) * 5000
    text = markdown_report.render(replace(result, findings=findings))
    assert len(text) <= markdown_report.COMMENT_LIMIT
    assert "more findings in the report" in text


@pytest.mark.parametrize("count", [1, 12, 500])
def test_a_comment_has_at_most_40_lines(count: int, result: GateResult) -> None:
    for one in (samples.many(count), result, replace(result, reasons=("Why.",) * 3, next_steps=("Do.",) * 3)):
        assert markdown_report.render(one).count("\n") <= 40


def test_the_step_summary_names_each_regressed_operation_and_the_comment_counts_the_rest() -> None:
    result = samples.many(500)
    assert github_annotations.step_summary(result).count("🔺 regressed |") == 13
    text = markdown_report.render(result)
    assert text.count("🔺 regressed |") == 8
    assert "18 more operations in the report." in text


def test_the_worst_figure_stands_in_the_title(result: GateResult) -> None:
    title = markdown_report.render(result).splitlines()[1]
    assert title == "### 🔺 Performance: regressed · PlaceOrderCommand +21.4 %"


def test_before_and_after_stand_in_the_row(result: GateResult) -> None:
    assert "| 9.97 ms → 12.1 ms | +21.4 % | +18.8 to +24.1 % |" in markdown_report.render(result)


def test_the_step_summary_has_room_for_more_than_a_comment() -> None:
    result = samples.many(1000)
    told = github_annotations.step_summary(result)
    assert len(markdown_report.render(result)) < len(told) <= github_annotations.SUMMARY_LIMIT


def test_unchanged_and_undecided_operations_are_folded(result: GateResult) -> None:
    head, _, folded = markdown_report.render(result).partition("<details>")
    assert "PlaceOrderCommand" in head
    for name in ("GetOrderByIdQuery", "GetKitchenStatusQuery"):
        assert name not in head
        assert name in folded


@given(st.text(min_size=1, max_size=40))
def test_any_name_is_shown_as_text(raw: str) -> None:
    tokens = (
        MarkdownIt("gfm-like", {"linkify": False}).parseInline(markdown_report.escape(raw))[0].children or []
    )
    assert {token.type for token in tokens} <= {"text", "text_special"}


def test_a_name_cannot_notify_anybody_or_leave_its_cell() -> None:
    assert "@someone" not in markdown_report.escape("@someone")
    assert markdown_report.escape("a|b\nc") == r"a\|b c"
    assert markdown_report.escape("<b>") == "&lt;b&gt;"
