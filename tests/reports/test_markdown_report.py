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


def test_with_500_operations_every_regressed_one_is_named() -> None:
    text = of_many(500)
    assert text.count("🔺 regressed |") == 13
    assert "more operations in the report" not in text.split("<details>", maxsplit=1)[0]


def test_what_is_left_out_is_counted() -> None:
    text = of_many(1000)
    shown = text.count("| **Operation")
    left_out = [
        int(line.split()[0]) for line in text.splitlines() if line.endswith("more operations in the report.")
    ]
    assert shown + sum(left_out) == 1000


def test_the_step_summary_has_room_for_more_than_a_comment() -> None:
    result = samples.many(1000)
    assert (
        markdown_report.COMMENT_LIMIT
        < len(github_annotations.step_summary(result))
        <= github_annotations.SUMMARY_LIMIT
    )


def test_unchanged_operations_are_folded(result: GateResult) -> None:
    head, _, folded = markdown_report.render(result).partition("<details>")
    assert "PlaceOrderCommand" in head
    assert "GetOrderByIdQuery" not in head
    assert "GetOrderByIdQuery" in folded


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
