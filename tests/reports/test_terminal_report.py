from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from mario_perf.model import Finding, Operation, Outcome, Severity, Verdict
from mario_perf.reports import markdown_report, phrases, terminal_report
from mario_perf.reports.characters import single_line
from mario_perf.validity.codes import Code
from tests.reports import samples

if TYPE_CHECKING:
    from mario_perf.model import GateResult


def printed(result: GateResult, width: int = 140, **options: object) -> str:
    out = io.StringIO()
    terminal_report.print_result(result, Console(file=out, width=width, **options))  # type: ignore[arg-type]
    return out.getvalue()


class Terminal(io.StringIO):
    """Text that a person reads."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_on_a_terminal_each_line_ends_between_words(result: GateResult, width: int) -> None:
    out = Terminal()
    told = replace(result, reasons=("It was noisy. " * 12,), next_steps=("Take longer. " * 12,))
    terminal_report.print_result(told, Console(file=out, width=width, color_system=None))
    lines = out.getvalue().splitlines()
    assert all(len(line) <= width or " " not in line.strip() for line in lines)
    assert {*printed(told, width).split()} == {*out.getvalue().split()}


def test_in_a_pipe_each_message_is_one_line(result: GateResult) -> None:
    told = replace(result, next_steps=("Take longer. " * 30,))
    (line,) = [each for each in printed(told, 80).splitlines() if each.startswith("next: ")]
    assert line.count("Take longer.") == 30


def test_in_a_pipe_there_is_no_escape_sequence(result: GateResult) -> None:
    assert "\x1b" not in printed(result)


def test_on_a_terminal_there_is_colour_unless_it_is_not_wanted(
    result: GateResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;31m" in printed(result, force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "31m" not in printed(result, force_terminal=True, color_system="standard")


def test_no_color_takes_bold_and_dim_away_too(
    result: GateResult, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for wanted, escapes in (("", True), ("1", False)):
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("NO_COLOR", wanted)
        terminal_report.print_result(result, terminal_report.stdout())
        assert ("\x1b" in capsys.readouterr().out) is escapes


def test_the_verdict_comes_first(result: GateResult) -> None:
    assert printed(result).startswith(f"REGRESSED  {result.sentence}")


def test_names_are_neither_markup_nor_control_sequences(result: GateResult) -> None:
    evil = replace(samples.operations()[0], operation=Operation("query", "[red]x[/red]\x1b[2J"))
    text = printed(replace(result, operations=(evil,)))
    assert "[red]x[/red]" in text
    assert "\x1b" not in text


def test_the_worst_findings_come_first_and_the_rest_is_counted(result: GateResult) -> None:
    notes = tuple(Finding("n", Severity.NOTE, f"note number {index}") for index in range(30))
    invalid = Finding("i", Severity.INVALID, "the service restarted")
    text = printed(replace(result, findings=(*notes, invalid), policy={"max_findings": 3}))
    assert text.index("the service restarted") < text.index("note number 0")
    assert "note number 2" not in text
    assert "and 28 more findings" in text


def test_why_a_run_cannot_be_judged_is_said_once(result: GateResult) -> None:
    reason = Finding("restart", Severity.INVALID, "the service was restarted")
    other = Finding("restart", Severity.WARNING, "one scrape was late")
    invalid = replace(
        result,
        outcome=Outcome.INVALID,
        sentence=f"The run cannot be judged: {reason.message}.",
        findings=(reason, other),
    )
    for text in (printed(invalid), markdown_report.render(invalid)):
        assert text.count(reason.message) == 1
        assert text.count(other.message) == 1


def test_too_few_executions_are_told_once(result: GateResult) -> None:
    finding = Code.FEW_SAMPLES.finding(few="GetMenuQuery (44 of 100)")
    told = replace(
        result, reasons=("There were too few executions: GetMenuQuery (44 of 100).",), findings=(finding,)
    )
    assert printed(told).count("44 of 100") == 1
    assert printed(replace(told, reasons=())).count("44 of 100") == 1


def test_it_says_why_for_each_operation_that_regressed_and_for_no_other(result: GateResult) -> None:
    text = " ".join(printed(result).split())
    for one in result.operations:
        told = f"{single_line(one.operation.name)}: {one.explanation}" in text
        assert told is (one.verdict is Verdict.REGRESSED)


def test_the_reasons_come_before_the_next_steps_and_both_are_told_once(result: GateResult) -> None:
    text = printed(replace(result, reasons=("It was noisy.",), next_steps=("Take longer.",)), 80)
    assert text.count("It was noisy.") == text.count("next: Take longer.") == 1
    assert text.index("It was noisy.") < text.index("next: Take longer.")


def test_of_many_reasons_those_that_matter_are_told_and_the_rest_is_counted(result: GateResult) -> None:
    text = printed(replace(result, policy={"max_findings": 2}))
    assert "\nStartCookingCommand: " in text
    assert "\nAssignOrderToDeliveryCommand: " not in text
    assert "and 1 more reason, see the report" in text


def test_a_run_without_a_baseline_shows_its_figures(result: GateResult) -> None:
    one = replace(samples.operations()[0], verdict=Verdict.RECORDED, comparisons=(), baseline=None)
    recorded = replace(result, operations=(one,), method="stored", outcome=Outcome.RECORDED)
    lines = printed(recorded, 80).splitlines()
    heading = next(line for line in lines if line.startswith("operation"))
    assert heading.split() == ["operation", "verdict", "rate", "p50", "p95", "p99", "errors"]
    assert "unknown" not in printed(recorded, 80)


@pytest.mark.parametrize("width", [60, 80, 100, 120, 150])
def test_each_operation_that_moved_has_one_line_at_each_width(result: GateResult, width: int) -> None:
    lines = printed(result, width).splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("operation "))
    moved = [one for one in result.operations if one.verdict is not Verdict.UNCHANGED]
    table = lines[first : first + 1 + len(moved)]
    assert all(len(line) <= width for line in table)
    assert [line.split()[0] for line in table[1:]] == [one.operation.name for one in moved]
    assert lines[first + 1 + len(moved)] == "4 unchanged"


def test_more_columns_are_shown_where_there_is_room(result: GateResult) -> None:
    assert "interval" in printed(result, 80)
    assert "before → after" not in printed(result, 80)
    assert "before → after" in printed(result, 150)


def test_a_name_longer_than_the_terminal_is_shortened_in_its_middle(result: GateResult) -> None:
    long = replace(samples.operations()[0], operation=Operation("command", f"Update{'Customer' * 20}Command"))
    text = printed(replace(result, operations=(long,)), 80)
    row = next(line for line in text.splitlines() if " regressed " in line)
    assert len(row) <= 80
    assert row.startswith("UpdateCustomer")
    assert "Command  regressed" in row


def test_the_table_has_as_many_lines_as_the_policy_says_and_counts_the_rest(result: GateResult) -> None:
    text = printed(replace(result, policy={"max_findings": 2}))
    assert "and 5 more that moved or are open, see the report" in text


def test_what_stands_out_so_far_is_told_in_a_line(result: GateResult) -> None:
    assert list(phrases.so_far(result.operations)) == ["3 open", "PlaceOrderCommand +21.4 % so far"]
    assert list(phrases.so_far(())) == []
