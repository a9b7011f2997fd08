"""The result on a terminal. Colour, width and markup are the console's business, not ours."""

from __future__ import annotations

import io
import os
import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mario_perf import figures
from mario_perf.errors import listed
from mario_perf.figures import UNKNOWN
from mario_perf.model import Outcome, Severity, Verdict
from mario_perf.reports import heading, phrases
from mario_perf.reports.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.model import Finding, GateResult, OperationResult, Quantile, Summary

_STYLES = {
    Verdict.REGRESSED: "bold red",
    Verdict.INCONCLUSIVE: "magenta",
    Verdict.IMPROVED: "blue",
    Verdict.UNCHANGED: "dim",
}
_OUTCOME_STYLES = {
    Outcome.PASS: "bold green",
    Outcome.REGRESSED: "bold red",
    Outcome.INCONCLUSIVE: "bold magenta",
    Outcome.INVALID: "bold magenta",
}
_SEVERITY_STYLES = {
    Severity.NOTE: "dim",
    Severity.WARNING: "yellow",
    Severity.INVALID: "bold red",
    Severity.REGRESSED: "bold red",
}
_DEFAULT_FINDINGS = 20
_WIDTH = 150


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
    console.print(verdict.append(f"  {single_line(redacted_result.sentence)}", style="default"))
    if redacted_result.scope:
        console.print(Text(f"looked at only: {single_line(redacted_result.scope)}", style="dim"))
    _print_subject(redacted_result, console)
    if redacted_result.operations:
        console.print(_table(redacted_result))
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
    for label, text in heading.facts(result.subject):
        style = "bold yellow" if label == heading.FAULT.lower() else "dim"
        console.print(Text.assemble((f"{label}: ", style), single_line(text)))


def _table(result: GateResult) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("operation", overflow="fold")
    for name in ("verdict", "change", "interval"):
        table.add_column(name)
    for name in ("p50", "p95", "errors", "detectable"):
        table.add_column(name, justify="right")
    for one in result.operations:
        table.add_row(*_row(one))
    return table


def _row(one: OperationResult) -> tuple[Text, ...]:
    decisive = phrases.decisive_comparison(one)
    summary = one.candidate or one.baseline
    return (
        Text(single_line(one.operation.name)),
        Text(one.verdict.value, style=_STYLES[one.verdict]),
        Text(f"{phrases.subject(decisive)} {phrases.change(decisive)}" if decisive else UNKNOWN),
        Text(phrases.interval(decisive) if decisive else UNKNOWN),
        Text(_quantile(summary, "p50")),
        Text(_quantile(summary, "p95")),
        Text(figures.percent(summary.error_ratio) if summary else UNKNOWN),
        Text(phrases.detectable(decisive) if decisive else "none"),
    )


def _quantile(side: Summary | None, name: str) -> str:
    if side is None:
        return UNKNOWN
    quantile: Quantile = getattr(side, name)
    return figures.seconds(quantile.value)


def _print_reasons(result: GateResult, console: Console) -> None:
    """Why operations regressed or are inconclusive."""
    names: dict[str, list[str]] = defaultdict(list)  # one reason may hold for all of them
    for one in result.operations:
        if one.verdict in {Verdict.REGRESSED, Verdict.INCONCLUSIVE}:
            names[single_line(one.explanation)].append(single_line(one.operation.name))
    reasons = [Text(f"{listed(operations)}: {reason}") for reason, operations in names.items()]
    _print_limited(reasons, "reason", result, console)


def _print_findings(result: GateResult, console: Console) -> None:
    findings = sorted(result.findings, key=lambda one: list(Severity).index(one.severity), reverse=True)
    _print_limited([_finding(finding) for finding in findings], "finding", result, console)


def _print_limited(lines: Sequence[Text], what: str, result: GateResult, console: Console) -> None:
    limit = int(result.policy.get("max_findings", _DEFAULT_FINDINGS))
    for each in lines[:limit]:
        console.print(each)
    if remaining := len(lines[limit:]):
        console.print(Text(f"and {remaining} more {what}{'s' * (remaining > 1)}, see the report"))


def _finding(finding: Finding) -> Text:
    return Text.assemble(
        (f"{finding.severity.value}: ", _SEVERITY_STYLES[finding.severity]), single_line(finding.message)
    )


def single_line(raw: str) -> str:
    """One line without control characters: a name must not move the cursor."""
    return "".join(one if one.isprintable() else " " for one in raw)
