"""A styled line on a console: broken between words where a person reads it, else in one piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from mario_perf import message_lines

if TYPE_CHECKING:
    from rich.console import Console


def print_line(console: Console, line: Text) -> None:
    """Print it in as many lines as it needs; a word that is too long keeps its length."""
    console.print(wrap(line, console.width) if console.file.isatty() else line, soft_wrap=True)


def wrap(line: Text, width: int) -> Text:
    """The same line, broken between words. Styles stay as they are."""
    first, *others = line.divide(message_lines.breaks(line.plain, width))
    return Text(f"\n{message_lines.hang(line.plain)}").join([first, *(each[1:] for each in others)])
