"""Prometheus' text format, read fast: only what is new is parsed.

Scrapes of one service repeat the same few thousand series in the same order. Each line is held against the
one that stood there before: the same to the letter, or the same series with another value. Only where the
order changed are lines looked up by the text of their series, and only a text that was never seen is parsed
by ``prometheus_client``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from prometheus_client.parser import text_string_to_metric_families

from analysis.sources.series import Series, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_UNWANTED = -1


class ExpositionReader:
    """Collects the scrapes of one service into a table of the wanted metrics."""

    def __init__(self, wanted: Iterable[str]) -> None:
        self._wanted = frozenset(wanted)
        self._columns: dict[str, int] = {}
        self._index: dict[tuple[str, frozenset[tuple[str, str]]], int] = {}
        self._series: list[Series] = []
        self._times: list[float] = []
        self._rows: list[Floats] = []
        self._lines: list[str] = []
        self._layout: list[tuple[str, int]] = []

    @property
    def names(self) -> frozenset[str]:
        """Names of all samples seen, wanted or not."""
        heads = (head.partition("{")[0] for head in self._columns)
        return frozenset(head for head in heads if head and not head.startswith("#"))

    def add(self, time: float, body: str) -> None:
        """Read one scrape, taken at ``time`` (unix seconds). Timestamps on its lines do not matter.

        Raises:
            ValueError: A wanted line is malformed.
        """
        lines = body.split("\n")  # the format's only end of a line: others may stand in a label
        row = self._like_the_last(lines)
        if row is None:
            self._layout = [self._place(line) for line in lines]
            row = np.full(len(self._series), np.nan)
            for line, (prefix, column) in zip(lines, self._layout, strict=True):
                if column >= 0:
                    row[column] = _number(line[len(prefix) :])
        self._lines = lines
        self._times.append(time)
        self._rows.append(row)

    def table(self) -> Table:
        """All scrapes so far."""
        values = np.full((len(self._rows), len(self._series)), np.nan)
        for index, row in enumerate(self._rows):
            values[index, : len(row)] = row
        return Table(np.array(self._times), tuple(self._series), values)

    def _like_the_last(self, lines: list[str]) -> Floats | None:
        """The last scrape's row with what differs; None where the lines are not those of the same series."""
        if not self._rows or len(lines) != len(self._lines):
            return None
        columns, values = [], []
        for line, before, (prefix, column) in zip(lines, self._lines, self._layout, strict=True):
            if line != before:
                if not line.startswith(prefix):
                    return None
                if column >= 0:
                    columns.append(column)
                    values.append(_number(line[len(prefix) :]))
        row = self._rows[-1].copy()
        row[columns] = values
        return row

    def _place(self, line: str) -> tuple[str, int]:
        """A line up to its value, and its column."""
        head, brace, _ = line.rpartition("} ")
        if not brace:
            head, brace, _ = line.partition(" ")
        column = self._columns.get(head)
        return head + brace, self._column_of(head, brace) if column is None else column

    def _column_of(self, head: str, brace: str) -> int:
        """The column of a text that was not seen before; the same series may have several texts."""
        column = _UNWANTED
        if head.partition("{")[0].strip() in self._wanted:
            series = _parsed(head + brace)
            key = (series.name, frozenset(series.labels.items()))
            column = self._index.setdefault(key, len(self._series))
            if column == len(self._series):
                self._series.append(series)
        self._columns[head] = column
        return column


@lru_cache(maxsize=2**16)
def _parsed(text: str) -> Series:
    """Both sides of every round of a duet have the same series: parsed once, not once a scrape."""
    (family,) = text_string_to_metric_families(f"{text}0\n")
    (sample,) = family.samples
    return Series(sample.name, sample.labels)


def _number(text: str) -> float:
    """The value that a line ends with; a timestamp may follow it."""
    try:
        return float(text)
    except ValueError:
        return float(text.split(maxsplit=1)[0])
