"""Two builds' capacities on the terminal: the blocks, and how the capacity changed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from mario_perf import figures
from mario_perf.errors import counted
from mario_perf.reports import capacity_table
from mario_perf.reports.characters import single_line

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.capacity.capacity_ratio import Served
    from mario_perf.capacity.ratio_search import RatioChange


def blocks(change: RatioChange) -> Table:
    """A row a block: the rate that both were given, and what each completed."""
    table = Table(box=None, pad_edge=False)
    for title in ("#", "journeys/s", "baseline", "candidate"):
        table.add_column(title, justify="right")
    for number, block in enumerate(change.blocks, start=1):
        sides = (_served(block.baseline), _served(block.candidate))
        table.add_row(str(number), capacity_table.rate(block.rate), *sides)
    return table


def sentence(change: RatioChange, path: Path) -> Text:
    """The answer, and where it is written."""
    about = f"capacity {_size(change)}, baseline about {capacity_table.rate(change.capacity)} journeys/s"
    where = f"{counted(len(change.blocks), 'block')} in {path}"
    answer = f"{change.verdict.value}: {about}; {change.reason}"
    style = capacity_table.style(change.verdict)
    return Text.assemble((capacity_table.safe_text(answer), style), f" ({single_line(where)})")


def _size(change: RatioChange) -> str:
    """The change and its interval; what is beyond half or double is only known to be there."""
    low, high = figures.relative(change.low), figures.relative(change.high)
    below, above = change.low <= -1.0, math.isinf(change.high)
    if below and above:
        return "unknown"
    if below or above:
        return f"{figures.relative(change.value)} ({f'{high} or lower' if below else f'{low} or higher'})"
    return figures.relative_with_span(change.value, change.low, change.high)


def _served(served: Served) -> str:
    if served.kept_up:
        return "kept up"
    return capacity_table.rate(served.rate) if served.rate else "none"
