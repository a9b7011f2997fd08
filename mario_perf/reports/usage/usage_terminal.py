"""Usage on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from mario_perf import figures
from mario_perf.reports.console_lines import print_line
from mario_perf.reports.usage import usage_phrases
from mario_perf.usage.usage_model import Standing

if TYPE_CHECKING:
    from rich.console import Console

    from mario_perf.usage.usage_model import OperationUse, Usage

_STYLES = {Standing.NEW: "blue", Standing.GONE: "magenta", Standing.UNUSED: "dim"}


def print_usage(usage: Usage, console: Console) -> None:
    """Print a row an operation, the most used first, and what is to be said of all of them."""
    print_line(console, Text(usage_phrases.headline(usage), style="bold"))
    console.print(_operations(usage))
    console.print(_facts(usage))


def _operations(usage: Usage) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("operation", overflow="fold")
    table.add_column("kind")
    for heading in ("executions", "share", "success"):
        table.add_column(heading, justify="right")
    for heading in ("errors", "standing"):
        table.add_column(heading)
    for one in usage.operations:
        table.add_row(*_row(one, usage), style=_STYLES.get(one.standing))
    return table


def _row(one: OperationUse, usage: Usage) -> tuple[Text, ...]:
    texts = (
        one.operation.name,
        one.operation.kind,
        figures.count(one.executions),
        usage_phrases.share(one, usage),
        usage_phrases.success(one),
        usage_phrases.errors(one) if one.failures else "",
        one.standing.value,
    )
    return tuple(map(Text, texts))


def _facts(usage: Usage) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in usage_phrases.facts(usage):
        table.add_row(name, Text(text))
    return table
