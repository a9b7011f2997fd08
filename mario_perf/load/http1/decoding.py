"""Content-Encoding undone as the body comes in: gzip, deflate and br."""

import zlib
from collections.abc import Callable, Iterable, Iterator

import brotli  # type: ignore[import-untyped]  # there are no stubs

from mario_perf.load.http1.http_errors import BodyTooLargeError, UndecodableBodyError

_STEP = 1 << 16
_MAX_CODINGS = 5
"""One upon the other; servers use one."""

_GZIP, _ZLIB, _RAW_DEFLATE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"
_ZLIB_METHOD = 8  # the low half of a zlib wrapper's first byte (RFC 1950, 2.2)


def decode_pieces(pieces: Iterable[bytes], content_encoding: str) -> Iterator[bytes]:
    """The pieces of a body without its encodings, each of bounded size; an unknown encoding is left as it is.

    Raises:
        UndecodableBodyError: Too many encodings; or, while iterating, the body is corrupt or cut off.
    """
    names = content_encoding.split(",")
    if len(names) > _MAX_CODINGS:
        raise UndecodableBodyError(f"more than {_MAX_CODINGS} content codings")
    decoders = [_DECODERS.get(name.strip().lower()) for name in names]
    if None in decoders:
        return iter(pieces)
    for decoder in reversed(decoders):
        pieces = decoder(pieces) if decoder else pieces
    return iter(pieces)


def decode(body: bytes, content_encoding: str, max_bytes: int) -> bytes:
    """A whole body decoded.

    Raises:
        UndecodableBodyError: It is corrupt or cut off.
        BodyTooLargeError: It decodes to more than `max_bytes` bytes.
    """
    pieces, size = [], 0
    for piece in decode_pieces([body] if body else [], content_encoding):
        size += len(piece)
        if size > max_bytes:
            raise BodyTooLargeError(f"decodes to more than {max_bytes} bytes")
        pieces.append(piece)
    return b"".join(pieces)


def _gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    return _inflate(pieces, lambda _: _GZIP)


def _undeflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Servers send deflate with zlib's wrapper, as they should, and without (RFC 9110, 8.4.1.2)."""
    return _inflate(pieces, lambda first: _ZLIB if first & 0x0F == _ZLIB_METHOD else _RAW_DEFLATE)


def _inflate(pieces: Iterable[bytes], window: Callable[[int], int]) -> Iterator[bytes]:
    """`window` chooses the format by a stream's first byte; one stream may follow another (RFC 1952, 2.2).

    What follows a stream and does not begin another is left out, as FastHttpUser and browsers do.
    """
    stream = None
    try:
        for piece in pieces:
            rest, full = piece, False
            while rest or full:
                if stream is None:
                    stream = zlib.decompressobj(window(rest[0]))
                elif stream.eof:
                    if not rest.startswith(_GZIP_MAGIC[: len(rest)]):
                        return
                    stream = zlib.decompressobj(_GZIP)
                inflated = stream.decompress(rest, _STEP)
                yield inflated
                rest = stream.unused_data if stream.eof else stream.unconsumed_tail
                full = len(inflated) == _STEP and not stream.eof  # zlib holds back what did not fit
    except zlib.error:
        raise UndecodableBodyError("the compressed body is corrupt") from None
    if stream is not None and not stream.eof:
        raise UndecodableBodyError("the compressed body is cut off")


def _unbrotli(pieces: Iterable[bytes]) -> Iterator[bytes]:
    stream, started = brotli.Decompressor(), False
    try:
        for piece in pieces:
            started = True
            decoded_piece = stream.process(piece, output_buffer_limit=_STEP)
            while decoded_piece:
                yield decoded_piece
                decoded_piece = (
                    b"" if stream.is_finished() else stream.process(b"", output_buffer_limit=_STEP)
                )
    except brotli.error:
        raise UndecodableBodyError("the compressed body is corrupt") from None
    if started and not stream.is_finished():
        raise UndecodableBodyError("the compressed body is cut off")


_DECODERS: dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
    "identity": iter,
}
