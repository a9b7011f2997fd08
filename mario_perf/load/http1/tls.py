"""TLS over a transport, through memory, so that its waits are the transport's waits."""

from __future__ import annotations

import ssl
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from mario_perf.load.http1.http_errors import ConnectionLostError, TlsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mario_perf.load.http1.transport import Transport

_CHUNK = 65536
_Result = TypeVar("_Result")


@lru_cache(maxsize=2)
def default_context(*, insecure: bool) -> ssl.SSLContext:
    """The context that users share: certificate and name are verified unless `insecure`."""
    context = ssl.create_default_context()
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class TlsTransport:
    """Has the methods of `Transport`, and gives and takes plain bytes."""

    __slots__ = ("_from_peer", "_session", "_to_peer", "_transport")

    def __init__(self, transport: Transport, context: ssl.SSLContext, host: str) -> None:
        """Shake hands.

        Raises:
            TlsError: No common version or cipher, or a certificate that is not valid for `host`.
        """
        self._transport = transport
        self._from_peer, self._to_peer = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._session = context.wrap_bio(self._from_peer, self._to_peer, server_hostname=host)
        try:
            self._drive(self._session.do_handshake)
            self._flush()
        except ssl.SSLCertVerificationError as error:
            raise TlsError(error.verify_message) from None
        except ssl.SSLError as error:
            raise TlsError(error.reason) from None
        except ConnectionLostError:
            raise TlsError("the server closed during the handshake") from None

    @property
    def closed(self) -> bool:
        """As in `Transport`."""
        return self._transport.closed

    @property
    def end(self) -> float:
        """As in `Transport`."""
        return self._transport.end

    @end.setter
    def end(self, moment: float) -> None:
        self._transport.end = moment

    @property
    def on_close(self) -> Callable[[], object] | None:
        """As in `Transport`."""
        return self._transport.on_close

    @on_close.setter
    def on_close(self, call: Callable[[], object] | None) -> None:
        self._transport.on_close = call

    def send(self, data: bytes) -> memoryview:
        """As in `Transport`, and alone in raising `NothingSentError`; the rest is encrypted already."""
        try:
            self._drive(lambda: self._session.write(data))
        except ssl.SSLError as error:
            raise ConnectionLostError(error.reason) from None
        return self._transport.send(self._to_peer.read())

    def send_more(self, rest: memoryview) -> memoryview:
        """As in `Transport`."""
        return self._transport.send_more(rest)

    def receive(self) -> bytes:
        """As in `Transport`; without TLS's close_notify the connection is lost: the body has no end."""
        try:
            return self._drive(lambda: self._session.read(_CHUNK))
        except ssl.SSLZeroReturnError:
            return b""
        except ssl.SSLError as error:
            raise ConnectionLostError(error.reason) from None

    def receive_now(self) -> bytes | None:
        """As in `Transport`. What only TLS has to say, such as session tickets, is taken in silently."""
        encrypted = self._transport.receive_now()
        if encrypted == b"":
            return b""
        if encrypted:
            self._from_peer.write(encrypted)
        if not (self._from_peer.pending or self._session.pending()):
            return None
        try:
            return self._session.read(_CHUNK)
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLError:
            return b""

    def close(self) -> None:
        """As in `Transport`."""
        self._transport.close()

    def _drive(self, step: Callable[[], _Result]) -> _Result:
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                self._flush()
            except ssl.SSLError:
                with suppress(ConnectionLostError):
                    self._flush()  # the alert that tells the peer why, if it is still there
                raise
            else:
                return result
            received = self._transport.receive()
            if received:
                self._from_peer.write(received)
            else:
                self._from_peer.write_eof()

    def _flush(self) -> None:
        if self._to_peer.pending:
            self._transport.send_all(self._to_peer.read())
