"""One response at a time out of received bytes: llhttp frames them, this keeps the state around it."""

import re
from collections.abc import Callable

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from mario_perf.load.http1.heads import BLANK_LINE, NONE, HeadCache, ResponseHead
from mario_perf.load.http1.http_errors import (
    ConnectionLostError,
    HeadTooLargeError,
    MalformedResponseError,
    SurplusBytesError,
)

_LOWEST_STATUS, _FINAL_STATUS = 100, 200
_NO_STATUS = 1  # stands for a status line that says 000, since 0 says that there has been none
_CHUNKED_TAB = re.compile(rb"(\r\ntransfer-encoding:[ \t]*chunked)[ ]*\t[ \t]*(?:\r\n|$)", re.IGNORECASE)
_MEMORY = HeadCache()


def _framer(parser: "ResponseParser") -> HttpResponseParser:
    """llhttp, which then takes values that go on in the next line (RFC 9112, 5.2)."""
    framer = HttpResponseParser(parser)
    framer.set_dangerous_leniencies(lenient_headers=True)
    return framer


class ResponseParser:
    """Feed it what was received until `complete`; then read status, head and body.

    llhttp's parser lives as long as the connection, and has no callback for headers: their bytes are kept.

    Attributes:
        status: The final response's status, 0 until its head is complete.
        head: The final response's status line and headers, once status is set.
        complete: Whether the response has ended.
        reusable: Whether the connection may carry another request, once complete.
    """

    __slots__ = (
        "_bodiless", "_chunks", "_drained", "_head_length", "_interim", "_llhttp", "_max_head", "_received",
        "_surplus", "_tail", "_total", "complete", "head", "on_body", "reusable", "status",
    )  # fmt: skip

    on_body: Callable[[bytes], None]

    def __init__(self, max_head: int) -> None:
        """`max_head` is the largest head to accept, in bytes, with all interim (1xx) heads before it."""
        self._max_head = max_head
        self._chunks: list[bytes] = []
        self.on_body = self._chunks.append
        self._llhttp = _framer(self)
        self._bodiless = False
        self.begin(bodiless=False)

    def begin(self, *, bodiless: bool) -> None:
        """Expect the response to a new request; one to HEAD is `bodiless`, whatever its headers say."""
        if self._bodiless:  # llhttp is still waiting for the body that HEAD's headers announced
            self._llhttp = _framer(self)
        self._bodiless = bodiless
        self._head_length = self._total = self._drained = self._interim = self.status = 0
        self._received = self._tail = b""
        self.head = NONE
        self.complete = self.reusable = self._surplus = False
        self._chunks.clear()

    @property
    def asks_to_continue(self) -> bool:
        """Whether there has been an interim response, as to a request that expects 100 (Continue)."""
        return self._interim > 0

    @property
    def untouched(self) -> bool:
        """Whether not one byte of the response has come."""
        return not self._total

    @property
    def held(self) -> int:
        """How many bytes of the body have not been taken."""
        return sum(map(len, self._chunks))

    def feed(self, data: bytes) -> None:
        """Take what a socket gave: more bytes, or b"" for its end.

        Raises:
            ConnectionLostError: The server closed, and the response is not complete.
            MalformedResponseError: Not HTTP/1.x.
            HeadTooLargeError: The head is, or would be, larger than allowed.
            SurplusBytesError: Bytes follow the response's end.
        """
        if not self._total and self._recall(data):
            return
        if not data:
            self._feed_end()
            return
        self._total += len(data)
        if not self.status:
            self._received = self._received + data if self._received else data
        try:
            self._llhttp.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._refuse(error)
        if not self._head_length:
            self._take_head()
        if not self.complete:
            self._tail = (self._tail + data)[-6:]
        elif self._surplus or self._total != self._head_length + self._drained + self.held:
            self._check_end(data)
        elif self.reusable and self._total == len(data) and not (self._interim or self._bodiless):
            _MEMORY.keep(self.head, self._total - self._head_length)

    def take_body(self) -> bytes:
        """The body's bytes since the last call, without framing, still encoded."""
        body = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._drained += len(body)
        return body

    def on_headers_complete(self) -> None:
        """Called by llhttp at the end of each head, interim ones included."""
        status = self._llhttp.get_status_code()
        if self.complete:
            self._surplus = True
        elif _LOWEST_STATUS <= status < _FINAL_STATUS:
            self._interim += 1
        else:
            self.status = status or _NO_STATUS

    def on_message_complete(self) -> None:
        """Called by llhttp at the end of each message, interim ones included."""
        if self.status:
            self.complete = True
            self.reusable = self._llhttp.should_keep_alive()

    def _feed_end(self) -> None:
        """The end of a body that is delimited so, an error for any other (RFC 9112, 6.3)."""
        headers = self.head.headers
        if not self.status or "content-length" in headers or "transfer-encoding" in headers:
            raise ConnectionLostError("the server closed before the response was complete")
        self.complete = True

    def _refuse(self, error: Exception) -> None:
        if isinstance(error, HttpParserUpgrade):
            raise MalformedResponseError("the server switched protocols without a request") from None
        if not (self.complete or (self._bodiless and self.status)):
            raise MalformedResponseError(str(error)) from None
        self._surplus = True

    def _recall(self, data: bytes) -> bool:
        """Take it, if it is a whole response whose head has been read before; whether it was."""
        raw, blank_line, body = data.partition(BLANK_LINE)
        known = _MEMORY.find(raw)
        if known is None or self._bodiless:
            return False
        head, length = known
        head_length = len(raw) + len(BLANK_LINE)
        if not blank_line or len(body) != length or head_length > self._max_head:
            return False
        self.head, self.status = head, head.status
        self._head_length, self._total = head_length, len(data)
        if body:
            self._chunks.append(body)
        self.complete = self.reusable = True
        return True

    def _take_head(self) -> None:
        if not self.status:
            if len(self._received) > self._max_head:
                raise HeadTooLargeError(f"more than {self._max_head} bytes")
            return
        received = self._received
        start = 0
        for _ in range(self._interim):
            start = received.index(BLANK_LINE, start) + len(BLANK_LINE)
        end = received.index(BLANK_LINE, start)
        self._head_length = length = end + len(BLANK_LINE)
        head = received[start:end]
        self.head = ResponseHead(head, self.status)
        self._received = b""
        if length > self._max_head:
            raise HeadTooLargeError(f"more than {self._max_head} bytes")
        if b"\t" in head and _CHUNKED_TAB.search(head):
            self._start_anew(_CHUNKED_TAB.sub(rb"\1\r\n", head + b"\r\n") + b"\r\n" + received[length:])
        if self.status < _LOWEST_STATUS or head[:7] != b"HTTP/1." or b"\0" in head:
            raise MalformedResponseError("not HTTP/1.x, a status below 100, or a zero byte in the head")
        if self._bodiless:
            self.complete = True
            connection = self.head.headers.get("connection", "").lower()
            self.reusable = head.startswith(b"HTTP/1.1") and "close" not in connection
            self._chunks.clear()

    def _start_anew(self, message: bytes) -> None:
        """Feed llhttp what it would have misread: it knows no tab after a coding's name (RFC 9110, 5.5)."""
        self._chunks.clear()
        self.complete = False
        self._llhttp = _framer(self)
        try:
            self._llhttp.feed_data(message)
        except HttpParserError as error:
            self._refuse(error)

    def _check_end(self, data: bytes) -> None:
        """What is not just a head and a body is a chunked message, or has bytes too many."""
        coding = self.head.headers.get("transfer-encoding", "").lower()
        if self._surplus or self._bodiless or not coding:
            raise SurplusBytesError("bytes after the end of the response")
        if coding != "chunked":
            raise MalformedResponseError("an unrequested transfer coding")
        # A chunked message ends with a blank line and never with two (RFC 9112, 7.1).
        tail = (self._tail + data)[-6:]
        if not tail.endswith(BLANK_LINE) or tail == BLANK_LINE + b"\r\n":
            raise SurplusBytesError("bytes after the end of the response")
