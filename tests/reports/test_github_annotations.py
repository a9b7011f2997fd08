from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mario_perf.model import Finding, Operation, Severity
from mario_perf.reports import github_annotations
from tests.reports import samples

if TYPE_CHECKING:
    from mario_perf.model import GateResult


def test_the_verdict_is_the_first_annotation(result: GateResult) -> None:
    first = github_annotations.render(result).splitlines()[0]
    assert first.startswith(
        "::error title=Performance%3A regressed (trattoria/mario feature/faster-ovens #12)::"
    )
    assert f"::{result.sentence} Compared: candidate b81d7e22aa with changes" in first


def test_a_name_cannot_end_its_command(result: GateResult) -> None:
    evil = replace(
        samples.operations()[0],
        operation=Operation("query", "a,b::\n::set-output x=1"),
        explanation="50 % more\n::error::x",
    )
    lines = github_annotations.render(replace(result, operations=(evil,), findings=(), costs=())).splitlines()
    assert len(lines) == 2
    assert lines[1] == "::error title=a%2Cb%3A%3A%0A%3A%3Aset-output x=1 regressed::50 %25 more%0A::error::x"


def test_a_cost_that_rose_is_an_error_with_both_amounts(result: GateResult) -> None:
    alone = replace(result, operations=(), findings=())
    risen = [line for line in github_annotations.render(alone).splitlines() if " rose::" in line]
    title, message = "SQL statements a PlaceOrderCommand rose", result.costs[0].explanation
    assert risen == [f"::error title={title}::{message}"]


def test_no_more_annotations_than_github_shows() -> None:
    result = replace(
        samples.many(500),
        findings=tuple(Finding("gap", Severity.WARNING, str(number)) for number in range(50)),
    )
    lines = github_annotations.render(result).splitlines()
    assert sum(line.startswith("::error") for line in lines) == 10
    assert sum(line.startswith("::warning") for line in lines) <= 10
