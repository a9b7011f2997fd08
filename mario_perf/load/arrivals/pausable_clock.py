"""A clock that can rest."""

from __future__ import annotations

from time import perf_counter


class Clock:
    """Seconds since it was first started, without those in which it rested. Made at rest, at 0."""

    def __init__(self) -> None:
        self._elapsed = 0.0
        self._since: float | None = None

    @property
    def now(self) -> float:
        """Seconds."""
        return self._elapsed + (0.0 if self._since is None else perf_counter() - self._since)

    def set(self, elapsed: float) -> None:
        """Make it say so many seconds."""
        self._elapsed = elapsed
        if self._since is not None:
            self._since = perf_counter()

    def start(self) -> None:
        """Let it run on."""
        if self._since is None:
            self._since = perf_counter()

    def rest(self) -> None:
        """Let it rest."""
        self._elapsed, self._since = self.now, None
