"""What is happening, and how long it will still take."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import Progress, ProgressColumn, TextColumn
from rich.table import Column
from rich.text import Text

from mario_perf import figures
from mario_perf.reports import redaction
from mario_perf.reports.characters import single_line
from mario_perf.reports.console_lines import print_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Task

_ONE_LINE = Column(ratio=1, no_wrap=True, overflow="ellipsis")


class Narrator(Protocol):
    """Tells a person what a gate is doing."""

    def say(self, text: str) -> None:
        """Something happened."""

    def warn(self, text: str) -> None:
        """Something that a reader must still see afterwards."""

    def tick(self) -> None:
        """Time went by."""


class PlainNarrator:
    """A line for each thing that happens: for pipes and logs."""

    def say(self, text: str) -> None:
        sys.stderr.write(f"{redaction.text(text)}\n")
        sys.stderr.flush()

    def warn(self, text: str) -> None:
        self.say(f"warning: {text}")

    def tick(self) -> None:
        """Say nothing: a log wants no clock."""


class TerminalNarrator:
    """One line that changes: what happens, and the most time that is left."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("starting", total=None)

    def say(self, text: str) -> None:
        self._progress.update(self._task, description=single_line(redaction.text(text)))

    def warn(self, text: str) -> None:
        """Write a line above the one that changes."""
        line = single_line(redaction.text(text))
        print_line(self._progress.console, Text.assemble(("warning: ", "yellow"), line))

    def tick(self) -> None:
        """Draw the time anew."""
        self._progress.refresh()


class _TimeLeft(ProgressColumn):
    """The most time that is left."""

    max_refresh = None

    def __init__(self, max_seconds: float) -> None:
        super().__init__(table_column=Column(no_wrap=True))
        self._end = time.monotonic() + max_seconds

    def render(self, task: Task) -> Text:  # noqa: ARG002 - rich's signature
        """As minutes and seconds. What was foreseen may be over before the end is there."""
        left = self._end - time.monotonic()
        return Text(f"{figures.clock(left)} left" if left > 0 else "soon", style="cyan", no_wrap=True)


@contextmanager
def show_progress(max_seconds: float) -> Iterator[Narrator]:
    """A narrator for this terminal, log or pipe. It counts down from ``max_seconds``."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield PlainNarrator()
        return
    description = TextColumn("{task.description}", markup=False, table_column=_ONE_LINE)
    with Progress(
        description, _TimeLeft(max_seconds), console=console, transient=True, expand=True
    ) as progress:
        yield TerminalNarrator(progress)
