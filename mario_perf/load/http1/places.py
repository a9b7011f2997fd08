"""The connections to one origin: how many may be open, which are idle, and who waits for one."""

from __future__ import annotations

from collections import deque
from time import perf_counter
from typing import TYPE_CHECKING

from gevent import Timeout
from gevent.event import AsyncResult

from mario_perf.load.http1.http_errors import PoolTimeoutError

if TYPE_CHECKING:
    from weakref import ref

    from mario_perf.load.http1.http_connection import HttpConnection


class Places:
    """As many places as there may be connections; those who wait for one get it in the order of their coming.

    Attributes:
        idle: Connections that wait for a request.
        waiting: Each gets a connection that has become idle, or None: the place of one that has been closed.
    """

    __slots__ = ("__weakref__", "_most", "_taken", "idle", "waiting")

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self.idle: list[HttpConnection] = []
        self.waiting: deque[AsyncResult[HttpConnection | None]] = deque()

    def wait_for_idle(self, end: float) -> bool:
        """Wait for a connection that becomes idle; or take a place for a new one, and return False.

        Raises:
            PoolTimeoutError: The `perf_counter` reading `end` came first.
        """
        if self._taken < self._most:
            self._taken += 1
            return False
        turn: AsyncResult[HttpConnection | None] = AsyncResult()
        self.waiting.append(turn)
        try:
            connection = turn.get(timeout=max(0.0, end - perf_counter()))
        except BaseException as error:
            self._withdraw(turn)
            if isinstance(error, Timeout) and perf_counter() >= end:
                raise PoolTimeoutError("each connection that `concurrency` allows was in use") from None
            raise
        if connection is not None:
            self.idle.append(connection)
        return connection is not None

    def keep(self, connection: HttpConnection) -> None:
        """Give a connection that has become idle to the first who waits, or keep it."""
        if self.waiting:
            self.waiting.popleft().set(connection)
        else:
            self.idle.append(connection)

    def release(self) -> None:
        """Take back the place of a connection that has been closed."""
        if self.waiting:
            self.waiting.popleft().set(None)
        else:
            self._taken -= 1

    def _withdraw(self, turn: AsyncResult[HttpConnection | None]) -> None:
        if not turn.ready():
            self.waiting.remove(turn)
        elif (connection := turn.get(block=False)) is not None:
            self.keep(connection)
        else:
            self.release()


def release(places: ref[Places]) -> None:
    """As the method, if they still exist: a connection must not keep those who keep it."""
    known = places()
    if known is not None:
        known.release()
