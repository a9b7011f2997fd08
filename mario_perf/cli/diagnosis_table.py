"""What was examined, on the terminal: a row a diagnosis, with its advice below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from mario_perf.doctor.diagnosis import Rating
from mario_perf.reports import redaction, terminal_report
from mario_perf.reports.characters import single_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.doctor.diagnosis import Diagnosis

_STYLES = {Rating.OK: "green", Rating.ATTENTION: "yellow", Rating.PROBLEM: "bold red"}


def show(diagnoses: Sequence[Diagnosis]) -> None:
    """Print it."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column()
    table.add_column(overflow="fold")
    for each in diagnoses:
        text = Text(_safe_text(each.finding))
        if each.advice:
            text.append(f"\n{_safe_text(each.advice)}", style="bold")
        table.add_row(Text(each.level.value, style=_STYLES[each.level]), each.subject, text)
    terminal_report.stdout().print(table)


def _safe_text(text: str) -> str:
    return single_line(redaction.text(text))
