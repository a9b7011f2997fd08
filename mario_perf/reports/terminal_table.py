"""The table of operations on a terminal: a line each, in as many columns as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from mario_perf import figures
from mario_perf.figures import UNKNOWN
from mario_perf.model import Verdict
from mario_perf.reports import phrases
from mario_perf.reports.characters import single_line
from mario_perf.reports.columns import GAP, Column, aligned, fitting, padded, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mario_perf.model import Comparison, OperationResult, Summary

STYLES = {
    Verdict.REGRESSED: "bold red",
    Verdict.INCONCLUSIVE: "magenta",
    Verdict.IMPROVED: "blue",
    Verdict.UNCHANGED: "dim",
    Verdict.ACCEPTED: "yellow",
    Verdict.RECORDED: "dim",
}

_VERDICT = "verdict"

_SHORTEST = 12
"""Cells that a name gets, however narrow the terminal is."""


def changes(shown: Sequence[OperationResult], width: int) -> Iterator[Text]:
    """The heading and a line an operation; no line is wider than ``width`` while columns can give way."""
    verdicts = Column(_VERDICT, tuple(one.verdict.value for one in shown))
    moved = _figures("change", shown, _of_decisive(phrases.change))
    room = max(width - verdicts.width - moved.width - 2 * GAP, _SHORTEST)
    columns = fitting(
        [
            Column("operation", tuple(shortened(single_line(one.title), room) for one in shown)),
            verdicts,
            Column("metric", tuple(map(_of_decisive(phrases.subject), shown)), rank=2),
            moved,
            _figures("interval", shown, _of_decisive(phrases.interval), rank=1),
            _figures("before → after", shown, _of_decisive(phrases.before_and_after), rank=3),
            _figures("p95", shown, _measured(lambda side: figures.seconds(side.p95.value)), rank=4),
            _figures("errors", shown, _measured(lambda side: figures.percent(side.error_ratio)), rank=5),
            _figures("detectable", shown, _of_decisive(phrases.detectable, "none"), rank=6),
        ],
        width,
    )
    yield from _lines(shown, columns)


def levels(shown: Sequence[OperationResult], width: int) -> Iterator[Text]:
    """The same for runs without a baseline: the figures themselves."""
    verdicts = Column(_VERDICT, tuple(one.verdict.value for one in shown))
    p95 = _figures("p95", shown, _measured(lambda side: figures.seconds(side.p95.value)))
    room = max(width - verdicts.width - p95.width - 2 * GAP, _SHORTEST)
    columns = fitting(
        [
            Column("operation", tuple(shortened(single_line(one.title), room) for one in shown)),
            verdicts,
            _figures("rate", shown, _measured(lambda side: figures.rate(side.rate)), rank=2),
            _figures("p50", shown, _measured(lambda side: figures.seconds(side.p50.value)), rank=3),
            p95,
            _figures("p99", shown, _measured(lambda side: figures.seconds(side.p99.value)), rank=4),
            _figures("errors", shown, _measured(lambda side: figures.percent(side.error_ratio)), rank=1),
        ],
        width,
    )
    yield from _lines(shown, columns)


def _lines(shown: Sequence[OperationResult], columns: Sequence[Column]) -> Iterator[Text]:
    yield Text(_line([each.title for each in columns], columns), style="bold", no_wrap=True)
    for at, one in enumerate(shown):
        yield _row([each.cells[at] for each in columns], columns, STYLES[one.verdict])


def _row(cells: Sequence[str], columns: Sequence[Column], style: str) -> Text:
    text = Text(_line(cells, columns), no_wrap=True)
    at = sum(len(padded(cell, column.width)) + GAP for cell, column in zip(cells[:1], columns, strict=False))
    if columns[1].title == _VERDICT:
        text.stylize(style, at, at + len(cells[1]))
    return text


def _line(cells: Sequence[str], columns: Sequence[Column]) -> str:
    both = zip(cells, columns, strict=True)
    return (" " * GAP).join(padded(cell, column.width) for cell, column in both).rstrip()


def _figures(
    title: str, shown: Sequence[OperationResult], told: Callable[[OperationResult], str], rank: int = 0
) -> Column:
    cells = aligned([title, *map(told, shown)])
    return Column(cells[0], cells[1:], rank)


def _of_decisive(
    told: Callable[[Comparison], str], otherwise: str = UNKNOWN
) -> Callable[[OperationResult], str]:
    """Of the comparison that decided."""
    return lambda one: told(decisive) if (decisive := one.decisive_comparison) else otherwise


def _measured(told: Callable[[Summary], str]) -> Callable[[OperationResult], str]:
    """Of the candidate, else of the baseline."""
    return lambda one: told(side) if (side := one.candidate or one.baseline) else UNKNOWN
