"""The body of one request, within a time and a size, unpacked."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from mario_perf import decompression

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from http.server import BaseHTTPRequestHandler

MAX_BYTES: Final = 1 << 24
MAX_UNPACKED: Final = 1 << 26
"""Bytes as sent, and unpacked: some 100,000 series."""

WITHIN: Final = 10.0
"""Seconds for a whole body."""

_PIECE: Final = 1 << 16
_MAX_LINE: Final = 1024
_ENCODINGS: Final = {"gzip": decompression.GZIP, "deflate": decompression.ZLIB}
JSON: Final = "application/json"
_PROTOBUF: Final = {"application/x-protobuf", "application/protobuf"}


class UnsupportedBodyError(ValueError):
    """A body that is readable for somebody else; the message says what to set."""


def content_type(request: BaseHTTPRequestHandler) -> str:
    """Protobuf's, or ``JSON``.

    Raises:
        UnsupportedBodyError: It is another one.
    """
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in {JSON, *_PROTOBUF}:
        raise UnsupportedBodyError(
            f"the body is {kind or 'of no type'}; set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
        )
    return kind


def read_body(request: BaseHTTPRequestHandler) -> bytes:
    """The body, unpacked.

    Raises:
        UnsupportedBodyError: It is compressed in an unknown way.
        ValueError: It is too large, or damaged.
        OSError: It did not come in time.
    """
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"identity", *_ENCODINGS}:
        raise UnsupportedBodyError(f"compression {encoding}; set OTEL_EXPORTER_OTLP_COMPRESSION=gzip")
    content: Iterable[bytes] = decompression.limit_size(MAX_BYTES, _pieces(request))
    if encoding in _ENCODINGS:
        content = decompression.pieces(content, _ENCODINGS[encoding])
    return b"".join(decompression.limit_size(MAX_UNPACKED, content))


def _pieces(request: BaseHTTPRequestHandler) -> Iterator[bytes]:
    deadline = time.monotonic() + WITHIN
    try:
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            yield from _chunks(request, deadline)
        else:
            yield from _sized(request, _number(request.headers.get("Content-Length", "0"), 10), deadline)
    finally:
        request.connection.settimeout(request.timeout)


def _chunks(request: BaseHTTPRequestHandler, deadline: float) -> Iterator[bytes]:
    while size := _number(_line(request, deadline).partition(b";")[0].decode("ascii", "replace"), 16):
        yield from _sized(request, size, deadline)
        _line(request, deadline)
    while _line(request, deadline):
        pass  # trailers


def _sized(request: BaseHTTPRequestHandler, size: int, deadline: float) -> Iterator[bytes]:
    while size > 0:
        _set_timeout(request, deadline)
        piece = request.rfile.read1(min(size, _PIECE))
        if not piece:
            raise ValueError("the body is cut")
        size -= len(piece)
        yield piece


def _line(request: BaseHTTPRequestHandler, deadline: float) -> bytes:
    _set_timeout(request, deadline)
    line: bytes = request.rfile.readline(_MAX_LINE)
    if not line.endswith(b"\n"):
        raise ValueError("the body is cut")
    return line.strip()


def _set_timeout(request: BaseHTTPRequestHandler, deadline: float) -> None:
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise TimeoutError(f"no whole body within {WITHIN:.0f} s")
    request.connection.settimeout(remaining)


def _number(text: str, base: int) -> int:
    text = text.strip()
    if not text.isalnum() or not text.isascii():
        raise ValueError(f"{text[:20]!r} is not a size")
    return int(text, base)
