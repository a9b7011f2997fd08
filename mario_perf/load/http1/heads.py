"""Response heads. A server under load repeats them byte for byte: what was read once is read no more."""

from __future__ import annotations

from typing import Final

from mario_perf.load.http1.headers import Headers

BLANK_LINE: Final = b"\r\n\r\n"
"""What a head ends with, and is kept without."""

_MAX_HEADS: Final = 1 << 22
"""Bytes that all remembered heads may take, read and unread."""

_MAX_HEAD_BYTES: Final = 4096
"""Bytes of a head that is remembered."""

_OF_A_HEAD: Final = 600
_OF_A_LINE: Final = 500
"""Bytes of the objects besides the text, once its headers have been read."""


class ResponseHead:
    """A final response's status line and headers; the same for all responses that have it, so never changed.

    Attributes:
        raw: Its bytes, without the blank line.
        status: 0 when there is none.
        sets_cookies: Whether it has a Set-Cookie.
        encoding: Its Content-Encoding, "" without one.
    """

    __slots__ = ("_headers", "encoding", "raw", "sets_cookies", "status")

    _headers: Headers | None

    def __init__(self, raw: bytes = b"", status: int = 0) -> None:
        self.raw = raw
        self.status = status
        self._headers = None
        lower = raw.lower()
        self.sets_cookies = b"\r\nset-cookie:" in lower
        self.encoding = self.headers.get("content-encoding", "") if b"\r\ncontent-encoding:" in lower else ""

    @property
    def headers(self) -> Headers:
        """Parsed on first use."""
        if self._headers is None:
            self._headers = Headers.of_head(self.raw)
        return self._headers


NONE: Final = ResponseHead()


class HeadCache:
    """Of heads that llhttp has accepted, each with how many bytes of body it announces.

    Where a body is not chunked, its length follows from the head alone (RFC 9112, 6.3), but for answers to
    HEAD. So a response with a head from here, and this many bytes after it, is what the first one was:
    complete, and its connection may carry another.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[ResponseHead, int]] = {}
        self._bytes = 0
        self.find = self._known.get
        """The head of these bytes and its body's length, or None."""

    def keep(self, head: ResponseHead, length: int) -> None:
        """Remember it; when all become too large, the others are forgotten: servers' clocks go on."""
        if len(head.raw) > _MAX_HEAD_BYTES:
            return
        size = 3 * len(head.raw) + _OF_A_HEAD + _OF_A_LINE * head.raw.count(b"\n")
        if self._bytes + size > _MAX_HEADS:
            self._known.clear()
            self._bytes = 0
        self._known[head.raw] = head, length
        self._bytes += size
