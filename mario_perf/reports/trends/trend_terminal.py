"""Trends on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from mario_perf.reports.console_lines import print_line
from mario_perf.reports.trends import trend_phrases
from mario_perf.reports.trends.sparkline import sparkline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from mario_perf.history.trends import Trend


def print_trends(trends: Sequence[Trend], console: Console) -> None:
    """Print a row a series, those with the newest shifts first, and a line for each shift."""
    print_line(console, Text(trend_phrases.headline(trends), style="bold"))
    if not trends:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("operation, metric", "runs", "now", "history", "lasting shifts"):
        table.add_column(heading, overflow="fold")
    for trend in by_newest(trends):
        table.add_row(*map(Text, _row(trend)), style=None if trend.shifts else "dim")
    console.print(table)


def by_newest(trends: Sequence[Trend]) -> list[Trend]:
    """The newest shift first; then those without."""
    return sorted(trends, key=lambda each: -each.shifts[-1].time if each.shifts else 0.0)


def _row(trend: Trend) -> tuple[str, ...]:
    now = trend.shifts[-1].point.after if trend.shifts else float(trend.series.values[-1])
    shifts = [trend_phrases.sentence(trend, shift) for shift in trend.shifts] or ["none"]
    return (
        trend_phrases.title(trend),
        f"{len(trend.series.values):,}",
        trend_phrases.value(trend, now),
        sparkline(trend.series.values),
        "\n".join(filter(None, (*shifts, trend_phrases.outlook(trend)))),
    )
