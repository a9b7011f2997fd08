"""What was examined, on the terminal: a row a diagnosis, with its advice below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from mario_perf.doctor.diagnosis import Level
from mario_perf.reports import redaction, terminal_report
from mario_perf.reports.characters import for_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.doctor.diagnosis import Diagnosis

_STYLES = {Level.OK: "green", Level.ATTENTION: "yellow", Level.PROBLEM: "bold red"}


def show(told: Sequence[Diagnosis]) -> None:
    """Print it."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column()
    table.add_column(overflow="fold")
    for each in told:
        found = Text(_shown(each.found))
        if each.advice:
            found.append(f"\n{_shown(each.advice)}", style="bold")
        table.add_row(Text(each.level.value, style=_STYLES[each.level]), each.subject, found)
    terminal_report.stdout().print(table)


def _shown(text: str) -> str:
    return for_terminal(redaction.text(text))
