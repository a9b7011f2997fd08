"""Messages for a person: on a terminal they are broken between words, in a pipe or a log each is one line."""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

_HANG: Final = "  "
_USUAL_WIDTH: Final = 80


def say(text: str, *, error: bool = False) -> None:
    """Write a message of one or more lines."""
    stream = sys.stderr if error else sys.stdout
    stream.write(f"{wrap(text, terminal_width(stream))}\n")
    stream.flush()


def terminal_width(stream: TextIO) -> int | None:
    """Columns of the terminal; None where there is none."""
    if not stream.isatty():
        return None
    if (given := os.environ.get("COLUMNS", "")).isdecimal():
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_WIDTH
    except OSError:
        return _USUAL_WIDTH


def wrap(text: str, width: int | None) -> str:
    """Each line of the text in as many as it needs; a word that is too long keeps its length."""
    return text if width is None else "\n".join(_wrap_line(line, width) for line in text.split("\n"))


def breaks(line: str, width: int) -> Iterator[int]:
    """Where the spaces are at which a line is broken."""
    start = last = _indent(line)
    room = width - start
    for at in (*(at for at, one in enumerate(line) if one == " " and at > last), len(line)):
        if at - start > room and last > start:
            yield last
            start, room = last + 1, width - len(hang(line))
        last = at


def hang(line: str) -> str:
    """What stands before each part of a line but the first."""
    return " " * _indent(line) + _HANG


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _wrap_line(line: str, width: int) -> str:
    edges = pairwise((-1, *breaks(line, width), len(line)))
    return f"\n{hang(line)}".join(line[before + 1 : after] for before, after in edges)
