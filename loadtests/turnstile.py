"""The way into a request: users can be held there, so that a run has moments without any under way."""

from __future__ import annotations

from contextlib import contextmanager
from random import uniform
from typing import TYPE_CHECKING, Final

import gevent
from gevent import GreenletExit
from gevent.event import Event

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOK_AGAIN: Final = 60.0  # seconds


class Turnstile:
    """Counts who is inside. Open at first; it can be held and released again, and closed for good."""

    def __init__(self) -> None:
        self._open = Event()
        self._open.set()
        self._empty = Event()
        self._empty.set()
        self._inside = 0
        self._closed = False
        self._spread = 0.0

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Wait until it is open, and be inside for the length of the block.

        Raises:
            GreenletExit: It is closed: the run is over. Locust ends the user.
        """
        while not self._open.is_set():
            if self._open.wait(_LOOK_AGAIN):
                gevent.sleep(uniform(0, self._spread))  # noqa: S311 - no secrets here
        if self._closed:
            raise GreenletExit
        self._inside += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._empty.set()

    def hold(self, timeout: float) -> bool:
        """Let nobody in, and wait up to ``timeout`` seconds until all have left: whether they have."""
        self._open.clear()
        return bool(self._empty.wait(timeout))

    def release(self, spread: float) -> None:
        """Let in who waits, each at a random moment within ``spread`` seconds: no stampede."""
        self._spread = spread
        self._open.set()

    def close(self) -> None:
        """Stop whoever comes next."""
        self._closed = True
        self.release(0.0)
