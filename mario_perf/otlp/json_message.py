"""A JSON object, read as the protobuf message that it stands for.

Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding: names in lowerCamelCase, 64-bit
integers as decimal strings or as numbers, enumerations as integers, and unknown names ignored.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, Self

from mario_perf.otlp import wire
from mario_perf.otlp.wire import MalformedMessageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    Fields = dict[str, tuple[int, "Fields | None"]]
    """By name: the number of a field, and the fields of the message in it; None for a plain value."""

_POINT: Final[Fields] = {"startTimeUnixNano": (2, None), "timeUnixNano": (3, None)}
_COUNTED: Final[Fields] = {**_POINT, "count": (4, None), "sum": (5, None), "flags": (10, None)}
_BUCKETS: Final[Fields] = {"offset": (1, None), "bucketCounts": (2, None)}
_VALUE: Final[Fields] = {
    "stringValue": (1, None),
    "boolValue": (2, None),
    "intValue": (3, None),
    "doubleValue": (4, None),
}
_VALUE["arrayValue"] = (5, {"values": (1, _VALUE)})
_PAIR: Final[Fields] = {"key": (1, None), "value": (2, _VALUE)}
_NUMBER_POINT: Final[Fields] = {
    **_POINT,
    "asDouble": (4, None),
    "asInt": (6, None),
    "attributes": (7, _PAIR),
    "flags": (8, None),
}
_HISTOGRAM_POINT: Final[Fields] = {
    **_COUNTED,
    "bucketCounts": (6, None),
    "explicitBounds": (7, None),
    "attributes": (9, _PAIR),
}
_EXPONENTIAL_POINT: Final[Fields] = {
    **_COUNTED,
    "attributes": (1, _PAIR),
    "scale": (6, None),
    "zeroCount": (7, None),
    "positive": (8, _BUCKETS),
    "negative": (9, _BUCKETS),
    "zeroThreshold": (14, None),
}


def _data(point: Fields) -> Fields:
    return {"dataPoints": (1, point), "aggregationTemporality": (2, None), "isMonotonic": (3, None)}


_METRIC: Final[Fields] = {
    "name": (1, None),
    "description": (2, None),
    "unit": (3, None),
    "gauge": (5, _data(_NUMBER_POINT)),
    "sum": (7, _data(_NUMBER_POINT)),
    "histogram": (9, _data(_HISTOGRAM_POINT)),
    "exponentialHistogram": (10, _data(_EXPONENTIAL_POINT)),
}
_RESOURCE_METRICS: Final[Fields] = {
    "resource": (1, {"attributes": (1, _PAIR)}),
    "scopeMetrics": (2, {"metrics": (2, _METRIC)}),
}
REQUEST: Final[Fields] = {"resourceMetrics": (1, _RESOURCE_METRICS)}
"""Of an ``ExportMetricsServiceRequest``."""

_BITS: Final = 64
_INTEGER: Final = re.compile(r"-?[0-9]{1,20}")


class JsonMessage:
    """The fields of one object, by number, as ``wire.Message`` has them."""

    def __init__(self, data: object, fields: Fields) -> None:
        """Find the fields in an object.

        Raises:
            MalformedMessageError: It is none.
        """
        if not isinstance(data, dict):
            raise MalformedMessageError("something else in place of an object")
        self._values: dict[int, Any] = {}
        self._inner: dict[int, Fields] = {}
        for name, (number, inner) in fields.items():
            if (value := data.get(name)) is not None:
                self._values[number] = value
            self._inner[number] = inner or {}

    @classmethod
    def of(cls, body: bytes) -> Self:
        """A whole request.

        Raises:
            MalformedMessageError: It cannot be read as JSON, or holds too many values.
        """
        if body.count(b",") >= wire.MAX_FIELDS:  # before it becomes objects many times its size
            raise MalformedMessageError(f"more than {wire.MAX_FIELDS:,} values")
        try:
            return cls(json.loads(body), REQUEST)
        except (ValueError, RecursionError) as error:
            raise MalformedMessageError(f"no JSON of metrics ({error})") from error

    def __contains__(self, number: int) -> bool:
        return number in self._values

    def messages(self, number: int) -> Iterator[Self]:
        """Of a repeated field."""
        for each in self._list(number):
            yield type(self)(each, self._inner[number])

    def message(self, number: int) -> Self:
        """Of a single field."""
        return type(self)(self._values.get(number, {}), self._inner[number])

    def text(self, number: int) -> str:
        value = self._values.get(number, "")
        if not isinstance(value, str):
            raise MalformedMessageError("something else in place of a text")
        return value

    def unsigned(self, number: int) -> int:
        """An integer of 64 bits, an enumeration, or a truth value."""
        return _unsigned(self._values.get(number, 0))

    def signed(self, number: int) -> int:
        """An integer of 64 bits with its sign."""
        return _integer(self._values.get(number, 0))

    def zigzag(self, number: int) -> int:
        """The same: only bytes have other ways to write it."""
        return self.signed(number)

    def double(self, number: int) -> float:
        return _double(self._values.get(number, 0.0))

    def fixed64s(self, number: int) -> list[int]:
        """Of a repeated field."""
        return [_unsigned(each) for each in self._list(number)]

    def doubles(self, number: int) -> list[float]:
        """Of a repeated field."""
        return [_double(each) for each in self._list(number)]

    def varints(self, number: int) -> list[int]:
        """Of a repeated field."""
        return self.fixed64s(number)

    def _list(self, number: int) -> list[Any]:
        value = self._values.get(number, [])
        if not isinstance(value, list):
            raise MalformedMessageError("something else in place of a list")
        return value


def _unsigned(value: object) -> int:
    number = _integer(value)
    if not 0 <= number < 1 << _BITS:
        raise MalformedMessageError(f"a count of {number}")
    return number


def _integer(value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or not -(1 << _BITS - 1) <= value < 1 << _BITS:
        raise MalformedMessageError("something else in place of an integer")
    return int(value)


def _double(value: object) -> float:
    """A number, or a text such as ``NaN`` and ``Infinity``."""
    try:
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            return float(value)
    except (ValueError, OverflowError):
        pass
    raise MalformedMessageError("something else in place of a number")
