"""Compressed bytes, unpacked piece by piece: a few kilobytes may hold gigabytes."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GZIP, ZLIB = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS
MAX_PIECE = 1 << 18
"""Bytes of the largest piece."""


class OversizeError(ValueError):
    """There is more than anything honest needs."""


class Unpacker:
    """Unpacks bytes as they come, one member of a file after the other."""

    def __init__(self, layout: int) -> None:
        self._layout = layout
        self._member = zlib.decompressobj(layout)

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """What the next bytes hold.

        Raises:
            ValueError: They are damaged.
        """
        while chunk:
            try:
                yield self._member.decompress(chunk, MAX_PIECE)
            except zlib.error as error:
                raise ValueError("damaged compression") from error
            chunk = self._member.unconsumed_tail
            if self._member.eof:
                chunk = self._member.unused_data
                self._member = zlib.decompressobj(self._layout)


def pieces(compressed: Iterable[bytes], layout: int) -> Iterator[bytes]:
    """The content; ends without complaint where it is cut.

    Raises:
        ValueError: The bytes are damaged.
    """
    unpacker = Unpacker(layout)
    for chunk in compressed:
        yield from unpacker.pieces(chunk)


def limit_size(max_bytes: int, content: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of something that may have ``max_bytes`` bytes.

    Raises:
        OversizeError: It has more.
    """
    size = 0
    for piece in content:
        size += len(piece)
        if size > max_bytes:
            raise OversizeError(
                f"more than {max_bytes >> 20} MiB" if max_bytes >> 20 else f"more than {max_bytes} bytes"
            )
        yield piece
