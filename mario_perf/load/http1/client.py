"""Takes a request to its response: cookies, connection, retry, redirects, decoding."""

from __future__ import annotations

from time import perf_counter, time
from typing import TYPE_CHECKING, TypeVar

from mario_perf.load.http1.cookies import Jar
from mario_perf.load.http1.decoding import decode
from mario_perf.load.http1.http_errors import ConnectionLostError, NothingSentError, RedirectError
from mario_perf.load.http1.redirects import STATUSES, follow
from mario_perf.load.http1.request import Head, serialise
from mario_perf.load.http1.response import Response
from mario_perf.load.http1.stream import BodyStream

if TYPE_CHECKING:
    from mario_perf.load.http1.connection_pool import ConnectionPool
    from mario_perf.load.http1.http_connection import HttpConnection, Limits

_Response = TypeVar("_Response", bound=Response)


class Client:
    """One client of a server.

    Attributes:
        cookiejar: Its cookies.
        clientpool: Its connections.
        limits: When it gives up.
    """

    def __init__(self, pool: ConnectionPool, limits: Limits, max_redirects: int) -> None:
        self.cookiejar = Jar()
        self.clientpool = pool
        self.limits = limits
        self._max_redirects = max_redirects

    def fetch(
        self, kind: type[_Response], head: Head, body: bytes, start: float, end: float, *, stream: bool
    ) -> _Response:
        """Send a request, and wait for the response. A redirect is a response.

        Args:
            kind: The class of the response.
            head: The request.
            body: Its body.
            start: The current `perf_counter` reading.
            end: The reading at which to give up.
            stream: Leave the body to be read by the response's reader, and then without `end`.

        Raises:
            RequestError: There is no complete response.
        """
        plain = not body and (self.cookiejar.empty or head.own_cookie)
        request = head.bare if plain else serialise(head, body, self._cookie(head))
        connection = self._begin(head, request, start, end)
        answer = connection.parser.head
        encoding = answer.encoding
        if answer.sets_cookies:
            self.cookiejar.store(head.target, answer.headers.get_all("set-cookie"))
        if stream:
            response = kind(head, body, answer)
            most = self.limits.max_body_bytes
            response.stream_from(BodyStream(connection, self.clientpool, head.target.origin, encoding, most))
            return response
        try:
            content = connection.read_body()
        except BaseException:
            connection.close()
            raise
        self.clientpool.give_back(head.target.origin, connection)
        if encoding:
            content = decode(content, encoding, self.limits.max_body_bytes)
        return kind(head, body, answer, content)

    def fetch_following(  # noqa: PLR0913 - as `fetch`
        self,
        kind: type[_Response],
        head: Head,
        body: bytes,
        start: float,
        end: float,
        *,
        stream: bool,
        max_redirects: int | None = None,
    ) -> _Response:
        """As `fetch`, and follow redirects, at most `max_redirects` in a row.

        Raises:
            RequestError: There is no complete response, or too many redirects.
        """
        response = self.fetch(kind, head, body, start, end, stream=stream)
        if response.status_code not in STATUSES:
            return response
        most = self._max_redirects if max_redirects is None else max_redirects
        return self._follow(response, head, body, end, most, stream=stream)

    def _follow(
        self, response: _Response, head: Head, body: bytes, end: float, most: int, *, stream: bool
    ) -> _Response:
        first = head.target.origin
        history: list[Response] = []
        while True:
            if response.status_code not in STATUSES or not (location := response.headers.get("location")):
                response.history = history or ()
                return response
            if len(history) == most:
                response.close()
                raise RedirectError(f"more than {most} redirects")
            response.finish(end)  # a streamed redirect gives its connection back by being read
            history.append(response)
            head, body = follow(response.status_code, location, head, body, first)
            response = self.fetch(type(response), head, body, perf_counter(), end, stream=stream)

    def _cookie(self, head: Head) -> str:
        jar = self.cookiejar
        return "" if jar.empty or head.own_cookie else jar.header_for(head.target, time())

    def _begin(self, head: Head, request: bytes, start: float, end: float) -> HttpConnection:
        """Send on a kept connection, or on another if the server had closed it and a retry is safe.

        A close that arrives within a round trip may have crossed the request. A request that is lost later
        had reached the server: it fails, and is not sent again.
        """
        while (connection := self.clientpool.take(head.target.origin, end)) is not None:
            try:
                connection.begin(head, request, end)
            except NothingSentError:
                pass
            except ConnectionLostError:
                crossed = perf_counter() - start < connection.crossing
                if not (crossed and head.safe and connection.parser.untouched):
                    raise
            else:
                return connection
        connection = self.clientpool.open(head.target.origin, end)
        connection.begin(head, request, end)
        return connection
