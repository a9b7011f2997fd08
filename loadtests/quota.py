"""A limit on how many users do something at the same time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from gevent.event import Event

if TYPE_CHECKING:
    from collections.abc import Iterator


class Quota:
    """Places that users take and leave. How many there are may change at any time."""

    def __init__(self) -> None:
        self._taken = 0
        self._left = Event()

    @contextmanager
    def place(self, most: int) -> Iterator[None]:
        """Wait until fewer than ``most`` are taken, and take one for the length of the block."""
        while self._taken >= most:
            self._left.clear()
            self._left.wait()
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
            self._left.set()
