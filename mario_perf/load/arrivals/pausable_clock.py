"""A clock that can be paused."""

from __future__ import annotations

from time import perf_counter


class PausableClock:
    """Counts seconds while it runs. A new clock is paused, at 0."""

    def __init__(self) -> None:
        self._elapsed = 0.0
        self._since: float | None = None

    @property
    def now(self) -> float:
        """Seconds for which it has run."""
        return self._elapsed + (0.0 if self._since is None else perf_counter() - self._since)

    def set(self, elapsed: float) -> None:
        self._elapsed = elapsed
        if self._since is not None:
            self._since = perf_counter()

    def start(self) -> None:
        if self._since is None:
            self._since = perf_counter()

    def pause(self) -> None:
        """Keep the seconds as they are."""
        self._elapsed, self._since = self.now, None
