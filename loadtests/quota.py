"""A limit on the number of users that do something at the same time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from gevent.event import Event

if TYPE_CHECKING:
    from collections.abc import Iterator


class Quota:
    """Places that users take and give back. The limit may change at any time."""

    def __init__(self) -> None:
        self._taken = 0
        self._returned = Event()

    @contextmanager
    def place(self, limit: int) -> Iterator[None]:
        """Wait until fewer than ``limit`` are taken, and take one for the length of the block."""
        while self._taken >= limit:
            self._returned.clear()
            self._returned.wait()
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
            self._returned.set()
