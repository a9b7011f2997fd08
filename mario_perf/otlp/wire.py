"""Protocol Buffers' wire format, as far as OTLP needs it.

Source: https://protobuf.dev/programming-guides/encoding. A library for it would bring its own pins into
every environment, for one message whose numbers never change.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from typing import TYPE_CHECKING, Final, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    Value = int | bytes

_Item = TypeVar("_Item")

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_SIZES: Final = {_FIXED64: 8, _FIXED32: 4}
_VARINT_BITS = 64
_SIGN = 1 << 63

MAX_FIELDS: Final = 1_000_000
"""Of one request, with those of all messages in it: some 30,000 histograms."""


class MalformedMessageError(ValueError):
    """Bytes that are not a message."""


class Message:
    """The fields of one message, by number. What is missing has its type's zero."""

    def __init__(self, data: bytes, allowed: Iterator[int] | None = None) -> None:
        """Split ``data`` into fields; ``allowed`` gives one for each that may still come.

        Raises:
            MalformedMessageError: It is not a message, or one of too many fields.
        """
        self._allowed = iter(range(MAX_FIELDS)) if allowed is None else allowed
        self._fields: dict[int, list[Value]] = defaultdict(list)
        for number, value in self._within(_fields(data)):
            self._fields[number].append(value)

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    def messages(self, number: int) -> Iterator[Self]:
        """Of a repeated field."""
        for value in self._fields.get(number, ()):
            yield type(self)(_bytes(value), self._allowed)

    def message(self, number: int) -> Self:
        """Of a single field. Several are merged, as the format wants it."""
        return type(self)(self._joined(number), self._allowed)

    def text(self, number: int) -> str:
        return _bytes(self._last(number, b"")).decode("utf-8", "replace")

    def unsigned(self, number: int) -> int:
        """A varint, or a fixed64 as an integer."""
        value = self._last(number, 0)
        return value if isinstance(value, int) else _unpack_one("<Q", value)

    def signed(self, number: int) -> int:
        """An int64, or a sfixed64."""
        value = self.unsigned(number)
        return value - (1 << _VARINT_BITS) if value & _SIGN else value

    def zigzag(self, number: int) -> int:
        """A sint32."""
        value = self.unsigned(number)
        return (value >> 1) ^ -(value & 1)

    def double(self, number: int) -> float:
        return float(_unpack_one("<d", _bytes(self._last(number, bytes(8)))))

    def fixed64s(self, number: int) -> list[int]:
        """Of a repeated field, packed or not."""
        data = self._joined(number)
        return list(_unpack(f"<{len(data) // 8}Q", data))

    def doubles(self, number: int) -> list[float]:
        """Of a repeated field, packed or not."""
        data = self._joined(number)
        return list(_unpack(f"<{len(data) // 8}d", data))

    def varints(self, number: int) -> list[int]:
        """Of a repeated field, packed or not."""
        found: list[int] = []
        for value in self._fields.get(number, ()):
            found.extend([value] if isinstance(value, int) else self._within(_varints(value)))
        return found

    def _within(self, items: Iterator[_Item]) -> Iterator[_Item]:
        for item in items:
            if next(self._allowed, None) is None:
                raise MalformedMessageError(f"more than {MAX_FIELDS:,} fields")
            yield item

    def _last(self, number: int, default: Value) -> Value:
        return self._fields[number][-1] if number in self._fields else default

    def _joined(self, number: int) -> bytes:
        return b"".join(map(_bytes, self._fields.get(number, ())))


def _fields(data: bytes) -> Iterator[tuple[int, Value]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield number, value
            continue
        if kind == _BYTES:
            size, at = _varint(data, at)
        elif kind in _SIZES:
            size = _SIZES[kind]
        else:
            raise MalformedMessageError(f"wire type {kind}")
        if at + size > len(data):
            raise MalformedMessageError("a field that ends after its message")
        yield number, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A varint, and where the next field begins."""
    value = 0
    for shift in range(0, _VARINT_BITS + 6, 7):
        if at >= len(data):
            raise MalformedMessageError("a number that is cut")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the highest bit says that more follows
            return value & ((1 << _VARINT_BITS) - 1), at
    raise MalformedMessageError("a number of more than 64 bits")


def _varints(data: bytes) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def _bytes(value: Value) -> bytes:
    if isinstance(value, int):
        raise MalformedMessageError("a number in place of bytes")
    return value


def _unpack_one(layout: str, data: bytes) -> int:
    (value,) = _unpack(layout, data)
    return value


def _unpack(layout: str, data: bytes) -> tuple[int, ...]:
    try:
        return struct.unpack(layout, data)
    except struct.error as error:
        raise MalformedMessageError(str(error)) from error
