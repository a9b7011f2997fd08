"""What was compared stands at the top of every report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mario_perf.model import Outcome, Subject
from mario_perf.reports import github_annotations, heading, html_report
from mario_perf.reports.formats import FORMATS
from tests.reports import samples

if TYPE_CHECKING:
    from mario_perf.model import GateResult

TOP = 2500
"""Characters: the table of operations comes later."""


def body(text: str) -> str:
    return text.partition("<body>")[2] or text


@pytest.mark.parametrize("name", ["html", "markdown", "text", "github"])
def test_both_builds_the_project_and_the_fault_are_at_the_top(name: str, result: GateResult) -> None:
    top = body(FORMATS[name].render(result)).replace("\\", "")[:TOP]
    for told in ("trattoria/mario", "b81d7e22aa with changes", "3f2a91c04d", "Fault injected", "#12"):
        assert told.lower() in top.lower(), top
    assert "Bake in batches" in top
    assert "PlaceOrderCommand=1.5" in top


@pytest.mark.parametrize("name", ["html", "markdown", "text"])
def test_the_service_and_the_run_are_at_the_top(name: str, result: GateResult) -> None:
    top = body(FORMATS[name].render(result)).replace("\\", "")[:TOP]
    assert "started by python -m mario_perf.pizzeria" in top
    assert result.subject.run_id in top


def test_commits_and_pull_request_are_linked_in_html_and_markdown(result: GateResult) -> None:
    for url in (samples.SUBJECT.baseline, samples.SUBJECT.candidate):
        assert url is not None
        assert f'href="{url.url}"' in html_report.render(result)
        assert f"(<{url.url}>)" in FORMATS["markdown"].render(result)
    assert f'href="{samples.SUBJECT.pull_request_url}"' in html_report.render(result)


def test_the_titles_of_two_runs_differ(result: GateResult) -> None:
    other = replace(result, subject=replace(result.subject, run_id="another"))
    assert heading.title(result) != heading.title(other)
    assert heading.title(result).startswith("Regressed · trattoria/mario feature/faster-ovens #12 · ")
    assert f"<title>{heading.title(result)}</title>" in html_report.render(result)


@pytest.mark.parametrize("name", ["html", "markdown", "text", "github"])
def test_without_a_fault_there_is_no_badge_and_what_is_unknown_is_said(name: str) -> None:
    bare = FORMATS[name].render(replace(samples.gate(), subject=Subject()))
    assert "fault injected" not in bare.lower()
    assert "commit not known" in bare


def test_a_title_of_a_commit_is_only_text(result: GateResult) -> None:
    evil = replace(samples.SUBJECT, project=samples.HOSTILE, branch="x\n::error::y")
    assert "<script>alert" not in html_report.render(replace(result, subject=evil))
    assert len(github_annotations.render(replace(result, subject=evil)).splitlines()) == len(
        github_annotations.render(result).splitlines()
    )


@pytest.mark.parametrize("name", ["html", "text"])
def test_a_load_test_without_a_baseline_names_none(name: str) -> None:
    recorded = replace(samples.gate(), method="stored", outcome=Outcome.RECORDED)
    top = body(FORMATS[name].render(recorded))[:TOP].lower()
    assert "candidate" in top
    assert "3f2a91c04d" not in top
