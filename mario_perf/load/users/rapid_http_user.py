"""RapidHttpUser: what Locust's FastHttpUser does, for several times the requests a core.

A locustfile switches by changing the base class of its users. docs/locust.md lists what differs, and a test
holds that list. The only retry is after the server closed a kept connection before it had the request: the
close came within a round trip, and the request was safe (GET, HEAD, OPTIONS, TRACE) or not sent at all.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from locust.exception import StopTest
from locust.user.users import RestMixin, User

from mario_perf.load.http1.client import Client
from mario_perf.load.http1.connection_pool import CONCURRENCY, ConnectionPool
from mario_perf.load.http1.http_connection import Limits
from mario_perf.load.http1.tls import default_context
from mario_perf.load.users.rapid_http_session import RapidHttpSession
from mario_perf.load.users.shared_pool import shared

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from gevent.greenlet import Greenlet
    from gevent.pool import Group
    from geventhttpclient.client import HTTPClientPool
    from locust.env import Environment
    from locust.event import EventHook

    from mario_perf.load.http1.request import GivenHeaders

_WITHOUT_MEANING = ("proxy_host", "proxy_port", "max_retries")


class RapidHttpUser(User, RestMixin[Any]):
    """A Locust user whose `client` is a `RapidHttpSession`.

    The settings below are class attributes, set in a subclass; times are in seconds.
    """

    abstract = True

    connection_timeout: float = 60.0
    """For name, TCP and TLS together."""

    network_timeout: float = 60.0
    """Without a byte sent or received."""

    timeout: float = 300.0
    """For the whole of a request, redirects included; a streamed body may take longer."""

    max_redirects: int = 30
    """In a row, before the request fails."""

    max_head_bytes: int = 64 * 1024
    """Of a response's status line and headers, before the request fails."""

    max_body_bytes: int = 256 * 1024 * 1024
    """Of a response's body, received or decoded, before the request fails."""

    insecure: bool = False
    """Whether any TLS certificate will do."""

    default_headers: GivenHeaders | None = None
    """Sent with every request."""

    concurrency: int = CONCURRENCY
    """How many connections an origin may be open for greenlets that share this user's client."""

    client_pool: ConnectionPool | HTTPClientPool | None = None
    """A pool to share with other users, instead of one for each."""

    ssl_context_factory: Callable[[], ssl.SSLContext] | None = None
    """Makes the TLS context, instead of the default one."""

    def __init__(self, environment: Environment) -> None:
        """Raises StopTest: no host, or a setting that has no meaning here."""
        super().__init__(environment)
        if self.host is None:
            raise StopTest(
                "No host to load: set `host` in the user class, or give --host on the command line."
            )
        for setting in _WITHOUT_MEANING:
            if getattr(self, setting, None):
                raise StopTest(
                    f"{type(self).__name__}.{setting} has no meaning for a RapidHttpUser: remove it."
                )
        self._limits = Limits(
            self.connection_timeout,
            self.network_timeout,
            self.timeout,
            self.max_head_bytes,
            self.max_body_bytes,
        )
        context = self._context_factory()
        self._own_pool = ConnectionPool(self._limits, context, self.concurrency)
        self._pool = self._own_pool if self.client_pool is None else shared(self.client_pool, self._limits)
        self.client = self.new_client()

    def new_client(
        self, base_url: str | None = None, request_event: EventHook | None = None
    ) -> RapidHttpSession:
        """One more client, of `host` or another service, with cookies of its own and the same connections.

        Its requests are in Locust's statistics, unless it has a `request_event` of its own.
        """
        base_url = base_url or self.host
        assert base_url is not None  # noqa: S101 - seen to when the user was made
        return RapidHttpSession(
            base_url,
            request_event or self.environment.events.request,
            Client(self._pool, self._limits, self.max_redirects),
            self,
            self.default_headers,
        )

    def start(self, group: Group) -> Greenlet:
        """As in User; and when the user has ended, however it ended, its connections are closed."""
        greenlet = super().start(group)
        greenlet.link(lambda _: self._own_pool.close())
        return greenlet

    def _context_factory(self) -> Callable[[], ssl.SSLContext]:
        """A factory of this user's own context, or of the one that users without a factory share."""
        if self.ssl_context_factory is None:
            return partial(default_context, insecure=self.insecure)
        return cache(self.ssl_context_factory)
