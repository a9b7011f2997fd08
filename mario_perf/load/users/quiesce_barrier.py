"""A barrier before each request. It can hold users back, so that a run has moments without requests."""

from __future__ import annotations

from random import uniform
from typing import TYPE_CHECKING, Final

import gevent
from gevent import GreenletExit
from gevent.event import Event

if TYPE_CHECKING:
    from types import TracebackType

_WAIT: Final = 60.0  # seconds


class QuiesceBarrier:
    """Counts requests in flight (``with barrier:``). It can be quiesced, released again, and closed."""

    def __init__(self) -> None:
        self._free = True
        self._open = Event()
        self._empty = Event()
        self._in_flight = 0
        self._closed = False
        self._spread = 0.0

    def __enter__(self) -> None:
        """Wait until the barrier is open, and count as in flight for the length of the block.

        Raises:
            GreenletExit: It is closed: the run is over. Locust ends the user.
        """
        if not self._free:
            self._wait()
        self._in_flight += 1

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._in_flight -= 1
        if not (self._free or self._in_flight):
            self._empty.set()

    def quiesce(self, timeout: float) -> bool:
        """Hold back new requests, and wait up to ``timeout`` seconds until none is in flight.

        Returns whether none is.
        """
        self._free = False
        self._open.clear()
        if not self._in_flight:
            return True
        self._empty.clear()
        return bool(self._empty.wait(timeout))

    def release(self, spread: float) -> None:
        """Let requests begin again, each at a random moment within ``spread`` seconds."""
        self._spread = spread
        self._free = not self._closed
        self._open.set()

    def close(self) -> None:
        """End each user at its next request."""
        self._closed = True
        self.release(0.0)

    def _wait(self) -> None:
        while not self._open.is_set():
            if self._open.wait(_WAIT):
                gevent.sleep(uniform(0, self._spread))  # noqa: S311 - not a secret
        if self._closed:
            raise GreenletExit
