"""A keep-alive connection that carries one exchange at a time."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import gevent
from gevent import socket

from mario_perf import allowed_hosts
from mario_perf.load.http1.heads import BLANK_LINE
from mario_perf.load.http1.http_errors import (
    BodyTooLargeError,
    ConnectError,
    ConnectionLostError,
    ConnectTimeoutError,
    NetworkTimeoutError,
    RefusedError,
    ResponseTimeoutError,
)
from mario_perf.load.http1.parser import ResponseParser
from mario_perf.load.http1.tls import TlsTransport
from mario_perf.load.http1.transport import Transport

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from mario_perf.load.http1.request import Head
    from mario_perf.load.http1.target import Origin

_CROSSING = (0.05, 0.5)
"""Minimum and maximum seconds that the news of a close may take.

A busy event loop reads late; and what takes longest in connecting may be a name or a lost packet.
"""

_EXPECTING = 1.0
"""Seconds that a server has to say whether it wants a body: some never say (RFC 9110, 10.1.1)."""

_NO_SUCCESS = 300  # statuses from here on do not depend on the rest of the request


@dataclass(frozen=True, slots=True)
class Limits:
    """Where waiting and reading end.

    Attributes:
        connection_timeout: Seconds for name, TCP and TLS together.
        network_timeout: Seconds without a byte sent or received.
        timeout: Seconds from the request's start to the end of its response, redirects included.
        max_head_bytes: Of one response's head, interim responses included.
        max_body_bytes: Of one response's body, as received and again as decoded.
    """

    connection_timeout: float
    network_timeout: float
    timeout: float
    max_head_bytes: int
    max_body_bytes: int


def connect(
    origin: Origin, limits: Limits, context: Callable[[], ssl.SSLContext], end: float
) -> HttpConnection:
    """Open a connection; `context` is called only for https.

    `end` is the `perf_counter` reading at which the exchange is given up, connected or not.

    Raises:
        ConnectError: With its subclasses for time-outs and TLS.
    """
    patience = gevent.Timeout(max(0.0, min(limits.connection_timeout, end - perf_counter())))
    try:
        with patience:
            return _open(origin, limits, context)
    except gevent.Timeout as expired:
        if expired is not patience:
            raise
        raise ConnectTimeoutError("no connection within connection_timeout") from None


def _open(origin: Origin, limits: Limits, context: Callable[[], ssl.SSLContext]) -> HttpConnection:
    start = perf_counter()
    try:
        allowed_hosts.check_connection(origin.host)
    except allowed_hosts.HostNotAllowedError as error:
        raise ConnectError(str(error)) from None
    try:
        connected = socket.create_connection((origin.host, origin.port))
    except ConnectionRefusedError as error:
        raise RefusedError(error.strerror) from None
    except OSError as error:
        raise ConnectError(error.strerror or type(error).__name__) from None
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    least, most = _CROSSING
    crossing = min(max(perf_counter() - start, least), most)
    plain = Transport(connected, limits.network_timeout)
    if origin.scheme == "http":
        return HttpConnection(plain, limits, crossing)
    try:
        return HttpConnection(TlsTransport(plain, context(), origin.host), limits, crossing)
    except BaseException:
        plain.close()
        raise


class HttpConnection:
    """Sends a request, reads its response; then, if `parser.reusable` and not `last`, the next.

    Attributes:
        crossing: Seconds from sending within which one hears that the server had closed before: a round trip.
        last: Whether no request may follow this one, whatever the server says.
        parser: What is known of the response being read.
    """

    __slots__ = ("__weakref__", "_max_body", "_transport", "crossing", "last", "parser")

    def __init__(self, transport: Transport | TlsTransport, limits: Limits, crossing: float) -> None:
        self._transport = transport
        self.crossing = crossing
        self._max_body = limits.max_body_bytes
        self.last = False
        self.parser = ResponseParser(limits.max_head_bytes)

    @property
    def closed(self) -> bool:
        """Whether `close` has been called."""
        return self._transport.closed

    def is_fresh(self) -> bool:
        """Whether the server has been silent since the last response: neither closed nor sent anything.

        It has to be looked at each time: what a server sends unasked would be read as the next response, and
        every answer after it as that to another request.
        """
        return self._transport.receive_now() is None

    def begin(self, head: Head, request: bytes, end: float) -> None:
        """Send a request and read its response's head, with what of the body comes along.

        Args:
            head: What it asks for.
            request: All of it, serialised.
            end: The `perf_counter` reading at which the exchange is given up.

        Raises:
            RequestError: There is no head; the connection is closed.
        """
        parser, transport = self.parser, self._transport
        self.last = head.last
        parser.begin(bodiless=head.bodiless)
        transport.end = end
        try:
            rest = self._send_head(request, end) if head.expects else transport.send(request)
            if rest:
                self._send_rest(rest)
            while not parser.status:
                parser.feed(transport.receive())
        except BaseException:
            self.close()
            raise

    def read_more(self) -> bytes:
        """The next bytes of the body; b"" at its end."""
        parser = self.parser
        body = parser.take_body()
        while not body and not parser.complete:
            parser.feed(self._transport.receive())
            body = parser.take_body()
        return body

    def read_body(self) -> bytes:
        """All of the body, as received.

        Raises:
            BodyTooLargeError: It is, or says it will be, larger than allowed.
        """
        parser = self.parser
        if parser.complete:
            body = parser.take_body()
            if len(body) > self._max_body:
                self._refuse_above(len(body))
            return body
        self._refuse_above(int(parser.head.headers.get("content-length", "0")))
        pieces, size = [], 0
        while piece := self.read_more():
            size += len(piece)
            self._refuse_above(size)
            pieces.append(piece)
        return b"".join(pieces)

    def give_up_at(self, end: float) -> None:
        """Move the `perf_counter` reading at which the exchange is given up."""
        self._transport.end = end

    def when_closed(self, call: Callable[[], object]) -> None:
        """Call this once, at `close` or when the connection is garbage."""
        self._transport.on_close = call

    def close(self) -> None:
        """Close. A greenlet that waits on the connection gets a `ConnectionLostError`."""
        self._transport.close()

    def _send_head(self, request: bytes, end: float) -> memoryview:
        """Send all but the body, and give that if the server wants it: nothing, if it has answered."""
        parser, transport = self.parser, self._transport
        length = request.index(BLANK_LINE) + len(BLANK_LINE)
        rest = transport.send(request[:length])
        if rest:
            self._send_rest(rest)
        transport.end = min(end, perf_counter() + _EXPECTING)
        try:
            while not (parser.asks_to_continue or parser.status):
                parser.feed(transport.receive())
        except (NetworkTimeoutError, ResponseTimeoutError):
            if transport.end == end:
                raise
        transport.end = end
        if parser.status:
            self.last = True  # the server may still wait for the body
            return memoryview(b"")
        return memoryview(request)[length:]

    def _send_rest(self, rest: memoryview) -> None:
        """Send on, and read meanwhile: an answer may come before the request's end (RFC 9112, 9.5)."""
        with suppress(ConnectionLostError):  # what the server said before is still to be read
            while rest and not self._is_answered():
                rest = self._transport.send_more(rest)
        if rest:
            self.last = True

    def _is_answered(self) -> bool:
        """Take what has come, without waiting; return whether the rest of the request is needless."""
        parser = self.parser
        while received := self._transport.receive_now():
            parser.feed(received)
            self._refuse_above(parser.held)
        return received is not None or parser.complete or parser.status >= _NO_SUCCESS

    def _refuse_above(self, size: int) -> None:
        if size > self._max_body:
            raise BodyTooLargeError(f"more than {self._max_body} bytes")
