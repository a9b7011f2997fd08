"""Compressed bytes, unpacked piece by piece: a few kilobytes may hold gigabytes."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GZIP, ZLIB = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS
PIECE = 1 << 18
"""Bytes of the largest piece."""


class OversizeError(ValueError):
    """There is more than anything honest needs."""


def pieces(packed: Iterable[bytes], layout: int) -> Iterator[bytes]:
    """The content, one member of the file after the other; ends without complaint where the file is cut.

    Raises:
        ValueError: The bytes are damaged.
    """
    member = zlib.decompressobj(layout)
    for chunk in packed:
        rest = chunk
        while rest:
            try:
                yield member.decompress(rest, PIECE)
            except zlib.error as error:
                raise ValueError("damaged compression") from error
            rest = member.unconsumed_tail
            if member.eof:
                rest = member.unused_data
                member = zlib.decompressobj(layout)


def at_most(most: int, content: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of something that may have ``most`` bytes.

    Raises:
        OversizeError: It has more.
    """
    size = 0
    for piece in content:
        size += len(piece)
        if size > most:
            raise OversizeError(f"more than {most >> 20} MiB")
        yield piece
