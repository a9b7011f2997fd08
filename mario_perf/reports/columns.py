"""Columns of text: which of them fit, and figures that stand with their decimal points below each other."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP = 2
"""Spaces between two columns."""

_FIGURE = re.compile(r" *[+-]?\d")
_NUMBER = re.compile(r"([+-]?\d[\d,]*)(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. ``rank`` says how soon it gives way where there is no room: 0 never does."""

    title: str
    cells: tuple[str, ...]
    rank: int = 0

    @property
    def width(self) -> int:
        """Of the widest cell, the title included."""
        return max(map(cell_len, (self.title, *self.cells)))


def fitting(columns: Sequence[Column], width: int) -> list[Column]:
    """The columns for which there is room, in their order; of two the one of the lower rank stays."""
    left = width - sum(each.width + GAP for each in columns if each.rank == 0) + GAP
    kept = {id(each) for each in columns if each.rank == 0}
    for each in sorted((each for each in columns if each.rank), key=lambda one: one.rank):
        left -= each.width + GAP
        if left < 0:
            break
        kept.add(id(each))
    return [each for each in columns if id(each) in kept]


def shortened(name: str, room: int) -> str:
    """A name in ``room`` cells at most: its middle gives way, as beginning and end tell names apart."""
    if cell_len(name) <= room:
        return name
    head, tail = name[: max(room * 2 // 3, 1)], name[-max(room // 3 - 1, 1) :]
    while head and cell_len(head) + cell_len(tail) + 1 > room:
        head = head[:-1]
    return f"{head}…{tail}"


def aligned(figures: Sequence[str]) -> tuple[str, ...]:
    """Figures of one form with their decimal points below each other; all are as wide as the widest.

    A form is where numbers stand among the words: ``+9.8 to +15.1 %``.
    """
    forms: dict[tuple[bool, ...], list[int]] = defaultdict(list)
    words = [each.split(" ") for each in figures]
    for at, each in enumerate(words):
        forms[tuple(_NUMBER.fullmatch(word) is not None for word in each)].append(at)
    lines = list(figures)
    for form, places in forms.items():
        columns = [
            _column([words[at][number] for at in places], numbers=is_number)
            for number, is_number in enumerate(form)
        ]
        for at, row in zip(places, zip(*columns, strict=True), strict=True):
            lines[at] = " ".join(row)
    widest = max(map(cell_len, lines), default=0)
    return tuple(
        padded(each, widest) if _FIGURE.match(each) else " " * (widest - cell_len(each)) + each
        for each in lines
    )


def padded(text: str, width: int) -> str:
    """A text with spaces behind it."""
    return text + " " * (width - cell_len(text))


def _column(words: Sequence[str], *, numbers: bool) -> list[str]:
    if not numbers:
        width = max(map(cell_len, words))
        return [padded(word, width) for word in words]
    parts = [(match[1], match[2] or "") for word in words if (match := _NUMBER.fullmatch(word))]
    before, after = (max(map(len, side)) for side in zip(*parts, strict=True))
    return [f"{whole:>{before}}{rest:<{after}}" for whole, rest in parts]
