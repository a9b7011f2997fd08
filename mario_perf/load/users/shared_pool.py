"""A pool that users share. One made for FastHttpUser is replaced by one of ours with its settings."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from geventhttpclient.connectionpool import DEFAULT_CONNECTION_TIMEOUT, DEFAULT_NETWORK_TIMEOUT
from locust.exception import StopTest

from mario_perf.load.http1.connection_pool import ConnectionPool
from mario_perf.load.http1.tls import default_context

if TYPE_CHECKING:
    from geventhttpclient.client import HTTPClientPool

    from mario_perf.load.http1.http_connection import Limits

_TAKEN: Final = {"concurrency", "connection_timeout", "network_timeout", "insecure", "ssl_context_factory"}
_OURS: WeakKeyDictionary[HTTPClientPool, ConnectionPool] = WeakKeyDictionary()


def shared(given: ConnectionPool | HTTPClientPool, limits: Limits) -> ConnectionPool:
    """The one pool that stands for the given one.

    Raises:
        StopTest: It has a setting that has no meaning here.
    """
    if isinstance(given, ConnectionPool):
        return given
    ours = _OURS.get(given)
    if ours is None:
        ours = _OURS[given] = _alike(given, limits)
    return ours


def _alike(given: HTTPClientPool, limits: Limits) -> ConnectionPool:
    settings = given.client_args
    for setting in settings.keys() - _TAKEN:
        raise StopTest(f"HTTPClientPool({setting}=...) has no meaning for a RapidHttpUser: remove it.")
    factory = settings.get("ssl_context_factory")
    insecure = settings.get("insecure", False)
    return ConnectionPool(
        replace(
            limits,
            connection_timeout=settings.get("connection_timeout", DEFAULT_CONNECTION_TIMEOUT),
            network_timeout=settings.get("network_timeout", DEFAULT_NETWORK_TIMEOUT),
        ),
        cache(factory) if factory else partial(default_context, insecure=insecure),
        settings.get("concurrency", 1),
    )
