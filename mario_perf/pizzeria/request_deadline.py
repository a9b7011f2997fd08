"""HTTP connections that must send a whole request in time: slow ones would hold the pizzeria's sockets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

REQUEST_DEADLINE: Final = 10.0
"""Seconds from a connection's or a request's first moment to the last byte of the request."""

MOST_HEAD: Final = 1 << 16
"""Bytes that come before a request's head is whole."""


class DeadlineProtocol(HttpToolsProtocol):
    """uvicorn's own protocol, with a deadline for each request and a bound for its head.

    uvicorn times only how long a connection is idle between two requests.
    """

    _deadline: asyncio.TimerHandle | None = None
    _head: int | None = 0
    """Bytes of the head so far; None while a body or an answer is under way."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn
        """Expect the first request."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, unless the head has become too large."""
        if self._head is not None:
            self._head += len(data)
            if self._head > MOST_HEAD + len(data):
                self.transport.abort()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """The deadline counts from a request's first byte."""
        if self._deadline is None:
            self._expect()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The rest is the body, which has a bound of its own."""
        self._head = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """It came in time."""
        self._disarm()
        super().on_message_complete()

    def _expect(self) -> None:
        self._head = 0
        self._deadline = self.loop.call_later(REQUEST_DEADLINE, self._give_up)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        self.transport.abort()
