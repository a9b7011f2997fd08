"""The way into a request: users can be held there, so that a run has moments without any under way."""

from __future__ import annotations

from random import uniform
from typing import TYPE_CHECKING, Final

import gevent
from gevent import GreenletExit
from gevent.event import Event

if TYPE_CHECKING:
    from types import TracebackType

_LOOK_AGAIN: Final = 60.0  # seconds


class Turnstile:
    """Counts who is inside (``with turnstile:``). It can be held, and released again, and closed for good."""

    def __init__(self) -> None:
        self._free = True
        self._open = Event()
        self._empty = Event()
        self._inside = 0
        self._closed = False
        self._spread = 0.0

    def __enter__(self) -> None:
        """Wait until it is open, and be inside for the length of the block.

        Raises:
            GreenletExit: It is closed: the run is over. Locust ends the user.
        """
        if not self._free:
            self._wait()
        self._inside += 1

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._inside -= 1
        if not (self._free or self._inside):
            self._empty.set()

    def hold(self, timeout: float) -> bool:
        """Let nobody in, and wait up to ``timeout`` seconds until all have left: whether they have."""
        self._free = False
        self._open.clear()
        if not self._inside:
            return True
        self._empty.clear()
        return bool(self._empty.wait(timeout))

    def release(self, spread: float) -> None:
        """Let in who waits, each at a random moment within ``spread`` seconds: no stampede."""
        self._spread = spread
        self._free = not self._closed
        self._open.set()

    def close(self) -> None:
        """Stop whoever comes next."""
        self._closed = True
        self.release(0.0)

    def _wait(self) -> None:
        while not self._open.is_set():
            if self._open.wait(_LOOK_AGAIN):
                gevent.sleep(uniform(0, self._spread))  # noqa: S311 - no secrets here
        if self._closed:
            raise GreenletExit
