"""What is happening, and how long it will still take."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from mario_perf.reports import redaction

if TYPE_CHECKING:
    from collections.abc import Iterator


class Narrator(Protocol):
    """Tells a person what a gate is doing."""

    def say(self, text: str) -> None:
        """Something happened."""

    def tick(self) -> None:
        """Time went by."""


class PlainNarrator:
    """A line for each thing that happens: for pipes and logs."""

    def say(self, text: str) -> None:
        sys.stderr.write(f"{redaction.text(text)}\n")
        sys.stderr.flush()

    def tick(self) -> None:
        """Say nothing: a log wants no clock."""


class TerminalNarrator:
    """One line that changes, with a bar and the most time that is left."""

    def __init__(self, progress: Progress, max_seconds: float) -> None:
        self._progress = progress
        self._max_seconds = max_seconds
        self._start = time.monotonic()
        self._task = progress.add_task("starting", total=max_seconds, left="")

    def say(self, text: str) -> None:
        self._progress.update(self._task, description=redaction.text(text))

    def tick(self) -> None:
        elapsed = time.monotonic() - self._start
        left = f"at most {max(self._max_seconds - elapsed, 0.0):.0f} s left"
        self._progress.update(self._task, completed=min(elapsed, self._max_seconds), left=left)


@contextmanager
def show_progress(max_seconds: float) -> Iterator[Narrator]:
    """A narrator for this terminal, log or pipe. It counts down from ``max_seconds``."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield PlainNarrator()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=console, transient=True) as progress:
        yield TerminalNarrator(progress, max_seconds)
