"""The result on a terminal. Colour, width and markup are the console's business, not ours."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.text import Text

from mario_perf.model import Outcome, Severity, Verdict
from mario_perf.reports import cost_phrases, curve_phrases, heading, phrases, terminal_table
from mario_perf.reports.characters import single_line
from mario_perf.reports.console_lines import print_line
from mario_perf.reports.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.model import Finding, GateResult

_OUTCOME_STYLES = {
    Outcome.PASS: "bold green",
    Outcome.REGRESSED: "bold red",
    Outcome.INCONCLUSIVE: "bold magenta",
    Outcome.INVALID: "bold magenta",
    Outcome.RECORDED: "bold",
}
_SEVERITY_STYLES = {
    Severity.NOTE: "dim",
    Severity.WARNING: "yellow",
    Severity.INVALID: "bold red",
    Severity.REGRESSED: "bold red",
}
_DEFAULT_FINDINGS = 20
_WIDTH = 150
_MOST_CURVES = 3


def stdout() -> Console:
    """Standard output: as wide as the terminal, and in a pipe wide enough for a row to stay one line.

    ``NO_COLOR`` takes all styles away, bold ones too: https://no-color.org.
    """
    color: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    return Console(width=None if sys.stdout.isatty() else _WIDTH, color_system=color)


def print_result(result: GateResult, console: Console) -> None:
    """Print the verdict, a row an operation, and what a reader must know about the run."""
    redacted_result = redact(result)
    verdict = Text(
        phrases.OUTCOMES[redacted_result.outcome].upper(), style=_OUTCOME_STYLES[redacted_result.outcome]
    )
    print_line(console, verdict.append(f"  {single_line(redacted_result.sentence)}", style="default"))
    if redacted_result.scope:
        print_line(console, Text(f"looked at only: {single_line(redacted_result.scope)}", style="dim"))
    _print_subject(redacted_result, console)
    _print_operations(redacted_result, console)
    _print_curves(redacted_result, console)
    _print_costs(redacted_result, console)
    _print_reasons(redacted_result, console)
    hints = [Text(single_line(each)) for each in phrases.bucket_width_hints(redacted_result.operations)]
    _print_limited(hints, "bucket width", redacted_result, console)
    _print_findings(redacted_result, console)


def render(result: GateResult) -> str:
    """The same as plain text, for a file."""
    out = io.StringIO()
    print_result(result, Console(file=out, width=_WIDTH, color_system=None, force_terminal=False))
    return out.getvalue()


def _print_subject(result: GateResult, console: Console) -> None:
    for label, text in heading.facts(result):
        style = "bold yellow" if label == heading.FAULT.lower() else "dim"
        print_line(console, Text.assemble((f"{label}: ", style), single_line(text)))


def _print_operations(result: GateResult, console: Console) -> None:
    """A line for each that moved or is open, as many as there may be; the others are counted."""
    moved = phrases.moved(result)
    first = moved[: _max_lines(result)]
    rows = terminal_table.levels if phrases.without_baseline(result) else terminal_table.changes
    for row in rows(first, console.width) if first else ():
        console.print(row, no_wrap=True, crop=False, overflow="ignore")
    if remaining := len(moved) - len(first):
        print_line(console, Text(f"and {remaining} more that moved or are open, see the report", style="dim"))
    if unchanged := len(result.operations) - len(moved):
        print_line(console, Text(f"{unchanged} unchanged", style="dim"))


def _print_curves(result: GateResult, console: Console) -> None:
    """The curves that stand out: a sentence, and a line for each level."""
    for curve in curve_phrases.shown(result.load_curves, _MOST_CURVES):
        print_line(console, Text(f"load: {single_line(curve.explanation)}"))
        rows = [curve_phrases.HEADINGS, *map(curve_phrases.row, curve.levels)]
        widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
        for row in rows:
            cells = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
            print_line(console, Text(f"  {'  '.join(cells)}", style="dim" if row is rows[0] else ""))


def _print_costs(result: GateResult, console: Console) -> None:
    """What cost more or less, a line each; the others in one."""
    moved = cost_phrases.moved(result.costs)
    lines = [Text(f"cost: {single_line(each.explanation)} {cost_phrases.change(each)}") for each in moved]
    _print_limited(lines, "cost", result, console)
    if still := cost_phrases.still(result.costs):
        print_line(console, Text(f"costs {single_line(still)}", style="dim"))


def _print_reasons(result: GateResult, console: Console) -> None:
    """Why operations regressed, or why there is no clear answer; and what to do."""
    regressed = [one for one in result.operations if one.verdict is Verdict.REGRESSED]
    reasons = [Text(single_line(f"{one.title}: {one.explanation}")) for one in regressed]
    reasons += [Text(single_line(each)) for each in result.reasons]
    _print_limited(reasons, "reason", result, console)
    for step in result.next_steps:
        print_line(console, Text.assemble(("next: ", "bold cyan"), single_line(step)))


def _print_findings(result: GateResult, console: Console) -> None:
    findings = sorted(
        phrases.further_findings(result), key=lambda one: list(Severity).index(one.severity), reverse=True
    )
    _print_limited([_finding(finding) for finding in findings], "finding", result, console)


def _print_limited(lines: Sequence[Text], what: str, result: GateResult, console: Console) -> None:
    limit = _max_lines(result)
    for each in lines[:limit]:
        print_line(console, each)
    if remaining := len(lines[limit:]):
        print_line(console, Text(f"and {remaining} more {what}{'s' * (remaining > 1)}, see the report"))


def _max_lines(result: GateResult) -> int:
    return int(result.policy.get("max_findings", _DEFAULT_FINDINGS))


def _finding(finding: Finding) -> Text:
    return Text.assemble(
        (f"{finding.severity.value}: ", _SEVERITY_STYLES[finding.severity]), single_line(finding.message)
    )
