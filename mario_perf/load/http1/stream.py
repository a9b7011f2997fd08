"""A body that is read while it comes in."""

from __future__ import annotations

import codecs
import math
from io import RawIOBase
from typing import TYPE_CHECKING

from mario_perf.load.http1.decoding import decode_pieces
from mario_perf.load.http1.http_errors import BodyTooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed import WriteableBuffer

    from mario_perf.load.http1.connection_pool import ConnectionPool
    from mario_perf.load.http1.http_connection import HttpConnection
    from mario_perf.load.http1.target import Origin


class BodyStream:
    """The decoded body of the response that a connection has begun; hands the connection back at the end.

    Nothing refers back to it, so that its connection is closed as soon as nothing can read on.

    Attributes:
        error: Why reading has failed, or None.
    """

    def __init__(
        self,
        connection: HttpConnection,
        pool: ConnectionPool,
        origin: Origin,
        content_encoding: str,
        max_bytes: int,
    ) -> None:
        """`max_bytes` bytes are read at once by `read_all`; pieces may go on for ever."""
        self._connection: HttpConnection | None = connection
        self._pool = pool
        self._origin = origin
        self.error: BaseException | None = None
        connection.give_up_at(math.inf)
        received: Iterable[bytes] = iter(connection.read_more, b"")
        if connection.parser.complete:  # all of it came with the head
            received = list(received)
            self._give_back()
        self._pieces = decode_pieces(received, content_encoding)
        self._rest = b""
        self._max_bytes = max_bytes

    def give_up_at(self, end: float) -> None:
        """Move the `perf_counter` reading at which reading is given up; there is none to begin with."""
        if self._connection is not None:
            self._connection.give_up_at(end)

    def read(self, size: int) -> bytes:
        """At most `size` bytes; b"" at the end. Waits for one byte, not for all of them."""
        while not self._rest:
            piece = self._next()
            if piece is None:
                return b""
            self._rest = piece
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def read_all(self) -> bytes:
        """What is left of the body. Raises BodyTooLargeError when that is too much."""
        taken = bytearray(self._rest)
        while (piece := self._next()) is not None:
            taken += piece
            if len(taken) > self._max_bytes:
                self.close()
                self.error = BodyTooLargeError(f"more than {self._max_bytes} bytes")
                raise self.error
        return bytes(taken)

    def close(self) -> None:
        """Give up the rest; its connection cannot be used again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _next(self) -> bytes | None:
        try:
            piece = next(self._pieces, None)
        except BaseException as error:
            self.error = error
            self.close()
            raise
        if piece is None:
            self._give_back()
        return piece

    def _give_back(self) -> None:
        if self._connection is not None:
            self._pool.give_back(self._origin, self._connection)
            self._connection = None


class Readable(RawIOBase):
    """A body as Python's files are built on: `io.BufferedReader` makes it one."""

    def __init__(self, stream: BodyStream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill some of a buffer; 0 at the end."""
        view = memoryview(buffer).cast("B")
        piece = self._stream.read(len(view))
        view[: len(piece)] = piece
        return len(piece)


def lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """The lines of a body in UTF-8 as they come in, without their ends."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    begun = ""
    for piece in pieces:
        *whole, begun = (begun + decoder.decode(piece)).split("\n")
        yield from whole
    begun += decoder.decode(b"", final=True)
    if begun:
        yield begun
