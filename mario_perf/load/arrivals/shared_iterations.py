"""A fixed number of journeys, shared among all users (k6's shared iterations)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class SharedIterations:
    """The journeys that one process runs, by name, each exactly once.

    ``on_finish`` is called when the last one has ended.
    """

    def __init__(self, on_finish: Callable[[], None]) -> None:
        self._on_finish = on_finish
        self._queue: list[str] = []
        self._unfinished = 0
        self.completed = 0
        """Journeys that ran to their end."""

    def assign(self, journeys: Sequence[str]) -> None:
        """Set the journeys to run. Without any, the iterations are finished at once."""
        self._queue = list(reversed(journeys))
        self._unfinished = len(journeys)
        if not journeys:
            self._on_finish()

    def take(self) -> str | None:
        """Take the next journey; None when all have been taken."""
        return self._queue.pop() if self._queue else None

    def finish(self, *, completed: bool) -> None:
        """Count a journey that has ended; one that was interrupted is not ``completed``."""
        self.completed += completed
        self._unfinished -= 1
        if not self._unfinished:
            self._on_finish()
