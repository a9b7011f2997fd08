"""Connections kept alive between requests, by origin."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakSet, ref

from mario_perf.load.http1.http_connection import HttpConnection, Limits, connect
from mario_perf.load.http1.places import Places, release

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from mario_perf.load.http1.target import Origin

CONCURRENCY = 10


class ConnectionPool:
    """Hands out a connection to one user of it at a time, and keeps what comes back.

    A Locust user has a pool of its own and so, as its requests follow each other, one connection an origin.
    Greenlets of one user that ask at the same time get one each, and wait where there are `concurrency` in
    use. Users may share a pool (`client_pool`).
    """

    def __init__(
        self, limits: Limits, context: Callable[[], ssl.SSLContext], concurrency: int = CONCURRENCY
    ) -> None:
        """`context` makes the TLS context, when one is needed; an origin has `concurrency` connections."""
        self._limits = limits
        self._context = context
        self._places: defaultdict[Origin, Places] = defaultdict(partial(Places, concurrency))
        self._open: WeakSet[HttpConnection] = WeakSet()

    def take(self, origin: Origin, end: float) -> HttpConnection | None:
        """A kept connection on which the server has been silent, or None: `open` a new one.

        Raises:
            PoolTimeoutError: There was neither before the `perf_counter` reading `end`.
        """
        places = self._places[origin]
        idle = places.idle
        while idle or places.wait_for_idle(end):
            connection = idle.pop()
            if connection.is_fresh():
                return connection
            connection.close()
        return None

    def open(self, origin: Origin, end: float) -> HttpConnection:
        """A new connection, once `take` gave None, before the reading `end`. Raises `ConnectError`."""
        places = self._places[origin]
        try:
            connection = connect(origin, self._limits, self._context, end)
        except BaseException:
            places.release()
            raise
        connection.when_closed(partial(release, ref(places)))
        self._open.add(connection)
        return connection

    def give_back(self, origin: Origin, connection: HttpConnection) -> None:
        """Keep a connection whose response is complete, if it may carry another; else close it."""
        if connection.parser.reusable and not connection.last:
            places = self._places[origin]
            if places.waiting:
                places.keep(connection)
            else:
                places.idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close every connection, those in use included. New ones may be opened."""
        for places in self._places.values():
            places.idle.clear()
        for connection in list(self._open):
            connection.close()
