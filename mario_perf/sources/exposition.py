"""Prometheus' text format, read fast: only what is new is parsed.

Scrapes of one service repeat the same few thousand series in the same order. Each line is held against the
one that stood there before: the same to the letter, or the same series with another value. Only where the
order changed are lines looked up by the text of their series, and only a text that was never seen is parsed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.sources import composite_values, grammar
from mario_perf.sources.native_histograms import NativeHistogram, NativeSeries, to_classic
from mario_perf.sources.series import Series, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from mario_perf.sources.series import SeriesKey

    Floats = NDArray[np.float64]

_UNWANTED = -1
_LABELS_END = "} "
_COMMENT = "#"
_BLANK = "\n"
"""What stands for the head of a line that is not a sample: no line begins with the second."""


class ExpositionReader:
    """Collects the scrapes of one service into a table of the wanted metrics."""

    def __init__(self, wanted: Iterable[str]) -> None:
        self._wanted = frozenset(wanted)
        self._columns: dict[str, int] = {}
        self._index: dict[SeriesKey, int] = {}
        self._series: list[Series] = []
        self._times: list[float] = []
        self._rows: list[Floats] = []
        self._lines: list[str] = []
        self._layout: list[tuple[str, int]] = []
        self._native: dict[SeriesKey, tuple[Series, dict[int, NativeHistogram]]] = {}

    @property
    def names(self) -> frozenset[str]:
        """Names of all samples seen, wanted or not."""
        return frozenset(_name(head) for head in self._columns)

    def add(self, time: float, body: str) -> None:
        """Read one scrape, taken at ``time`` (unix seconds). Timestamps on its lines do not matter.

        Raises:
            UnreadableExpositionError: it is not a metrics page, or a wanted line is malformed.
        """
        lines = body.split("\n")  # the format's only end of a line: others may stand in a label
        row = self._like_the_last(lines)
        if row is None:
            grammar.refuse_other_pages(body)
            self._layout = [self._place(line) for line in lines]
            row = self._row(lines)
        if composite_values.START in body:
            self._add_native(lines)
        self._lines = lines
        self._times.append(time)
        self._rows.append(row)

    def table(self) -> Table:
        """All scrapes so far."""
        columns = list(
            to_classic(
                NativeSeries(series, np.array([*by_row]), [*by_row.values()])
                for series, by_row in self._native.values()
            )
        )
        values = np.full((len(self._rows), len(self._series) + len(columns)), np.nan)
        for index, row in enumerate(self._rows):
            values[index, : len(row)] = row
        for index, column in enumerate(columns, len(self._series)):
            values[column.times, index] = column.values
        return Table(np.array(self._times), (*self._series, *(each.series for each in columns)), values)

    def _row(self, lines: list[str]) -> Floats:
        """The wanted values of lines whose layout is known; of two for one series the last."""
        columns, rests = [], []
        for line, (prefix, column) in zip(lines, self._layout, strict=True):
            if column >= 0:
                columns.append(column)
                rests.append(line[len(prefix) :])
        row = np.full(len(self._series), np.nan)
        row[columns] = grammar.numbers(rests)
        return row

    def _like_the_last(self, lines: list[str]) -> Floats | None:
        """The last scrape's row with what differs; None where the lines are not those of the same series."""
        if not self._rows or len(lines) != len(self._lines):
            return None
        columns, rests = [], []
        for line, before, (prefix, column) in zip(lines, self._lines, self._layout, strict=True):
            if line != before:
                if not line.startswith(prefix):
                    return None
                if column >= 0:
                    columns.append(column)
                    rests.append(line[len(prefix) :])
        row = self._rows[-1].copy()
        row[columns] = grammar.numbers(rests)
        return row

    def _place(self, line: str) -> tuple[str, int]:
        """A line up to its value, and its column."""
        labelled = line.rfind(_LABELS_END) + len(_LABELS_END)
        if labelled >= len(_LABELS_END) and (column := self._columns.get(line[:labelled])) is not None:
            return line[:labelled], column  # a head that was seen before, whole; most lines end here
        if not grammar.is_sample(line):
            return _COMMENT if line.startswith(_COMMENT) else _BLANK, _UNWANTED
        head = grammar.head_of(line)
        column = self._columns.get(head)
        if column is None:
            column = self._columns[head] = self._column_of(head)
        return head, column

    def _column_of(self, head: str) -> int:
        """The column of a text that was not seen before; the same series may have several texts."""
        if _name(head) not in self._wanted:
            return _UNWANTED
        series = _series(head)
        column = self._index.setdefault(series.key, len(self._series))
        if column == len(self._series):
            self._series.append(series)
        return column

    def _add_native(self, lines: Iterable[str]) -> None:
        """Whole histograms, each in one line, whose buckets are wanted."""
        for line in lines:
            if composite_values.START in line and grammar.is_sample(line):
                head = grammar.head_of(line)
                rest = line[len(head) :]
                if rest.startswith(composite_values.START) and f"{_name(head)}_bucket" in self._wanted:
                    series = _series(head)
                    _, by_row = self._native.setdefault(series.key, (series, {}))
                    by_row[len(self._rows)] = composite_values.parse(rest)


def _name(head: str) -> str:
    """The name of a metric; in front of the labels, or in quotes among them."""
    return head.partition("{")[0].strip() or _series(head).name


@lru_cache(maxsize=2**16)
def _series(head: str) -> Series:
    """Both sides of every round of a duet have the same series: parsed once, not once a scrape."""
    return Series(*grammar.series_of(head))
