"""How many users there are while a run is in progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import gevent

from mario_perf.load.record.time_of_day import now

if TYPE_CHECKING:
    from collections.abc import Callable

INTERVAL: Final = 1.0
"""Seconds between two looks."""

MAX_CHANGES: Final = 2000
"""Changes that are kept; beyond that every other one is dropped."""


class UserCounts:
    """Looks once a second, and keeps the moments at which the number changed."""

    def __init__(self, count: Callable[[], int]) -> None:
        """``count`` says how many users there are now."""
        self._count = count
        self._changes: list[tuple[float, int]] = []
        self._looking: gevent.Greenlet | None = None

    @property
    def changes(self) -> tuple[tuple[float, int], ...]:
        """``(Unix time, users from then on)``, ascending."""
        return tuple(self._changes)

    def start(self) -> None:
        self._looking = gevent.spawn(self._look_until_stopped)

    def stop(self) -> None:
        """Look no more: users that go home at the end are no change of the load."""
        if self._looking is not None:
            self._looking.kill()

    def look(self, now: float) -> None:
        """Keep the number of users if it has changed."""
        users = self._count()
        if self._changes and self._changes[-1][1] == users:
            return
        if len(self._changes) >= MAX_CHANGES:
            del self._changes[1::2]
        self._changes.append((now, users))

    def _look_until_stopped(self) -> None:
        while True:
            self.look(now())
            gevent.sleep(INTERVAL)
