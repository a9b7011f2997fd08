"""Connections kept alive between requests, by origin."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from weakref import WeakSet

from mario_perf.load.http1.http_connection import Connection, Limits, connect

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from mario_perf.load.http1.target import Origin

MOST_IDLE = 10


class ConnectionPool:
    """Hands out a connection to one user of it at a time, and keeps what comes back.

    A Locust user has a pool of its own and so, as its requests follow each other, one connection an origin.
    Greenlets of one user that ask at the same time get one each. Users may share a pool (`client_pool`).
    """

    def __init__(
        self, limits: Limits, context: Callable[[], ssl.SSLContext], most_idle: int = MOST_IDLE
    ) -> None:
        """`context` makes the TLS context, when one is needed; `most_idle` connections an origin are kept."""
        self._limits = limits
        self._context = context
        self._most_idle = most_idle
        self._idle: defaultdict[Origin, list[Connection]] = defaultdict(list)
        self._open: WeakSet[Connection] = WeakSet()

    def take_idle(self, origin: Origin) -> Connection | None:
        """A connection on which the server has been silent, if there is one."""
        idle = self._idle[origin]
        while idle:
            connection = idle.pop()
            if connection.is_fresh():
                return connection
            connection.close()
        return None

    def open(self, origin: Origin, end: float) -> Connection:
        """A new connection, before the `perf_counter` reading `end`. Raises `ConnectError`."""
        connection = connect(origin, self._limits, self._context, end)
        self._open.add(connection)
        return connection

    def give_back(self, origin: Origin, connection: Connection) -> None:
        """Keep a connection whose response is complete, if it may carry another; else close it."""
        idle = self._idle[origin]
        if connection.parser.reusable and not connection.last and len(idle) < self._most_idle:
            idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close every connection, those in use included."""
        self._idle.clear()
        for connection in list(self._open):
            connection.close()
