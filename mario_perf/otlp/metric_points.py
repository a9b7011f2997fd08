"""From the body of one push to its data points.

Numbers of fields are those of opentelemetry/proto/metrics/v1/metrics.proto. They never change.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from mario_perf.otlp.distributions import ExplicitBuckets, ExponentialBuckets
from mario_perf.otlp.json_message import JsonMessage
from mario_perf.otlp.wire import MalformedMessageError, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mario_perf.otlp.distributions import Distribution

    Attributes = tuple[tuple[str, str], ...]
    AnyMessage = Message | JsonMessage

_DELTA = 1
_NO_VALUE = 1
"""Of the flags: the point has no value."""

_MAX_SCALE, _MIN_SCALE = 20, -10
_MOST_BUCKETS = 10_000


class Kind(Enum):
    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Instrument:
    name: str
    unit: str
    description: str
    kind: Kind
    delta: bool  # each point counts since the one before


@dataclass(frozen=True, slots=True)
class Point:
    """What a service said of one series. Times are unix nanoseconds."""

    instrument: Instrument
    resource: Attributes
    labels: Attributes
    start: int  # 0: unknown
    time: int
    value: Distribution


def decode(body: bytes, *, json: bool = False) -> list[Point]:
    """The points of an ``ExportMetricsServiceRequest``, as protobuf or as JSON.

    Raises:
        MalformedMessageError: It is none.
    """
    return [
        point
        for resource_metrics in (JsonMessage.of(body) if json else Message(body)).messages(1)
        for resource in (_attributes(resource_metrics.message(1), 1),)
        for scope_metrics in resource_metrics.messages(2)
        for metric in scope_metrics.messages(2)
        for point in _points(metric, resource)
    ]


def _points(metric: AnyMessage, resource: Attributes) -> Iterator[Point]:
    for field, (kind, labels, flags, value) in _DATA.items():
        if field not in metric:
            continue
        data = metric.message(field)
        monotonic = kind is not Kind.COUNTER or bool(data.unsigned(3))
        instrument = Instrument(
            metric.text(1),
            metric.text(3),
            metric.text(2),
            kind if monotonic else Kind.GAUGE,
            kind is not Kind.GAUGE and data.unsigned(2) == _DELTA,
        )
        for point in data.messages(1):
            if not point.unsigned(flags) & _NO_VALUE:
                yield Point(
                    instrument,
                    resource,
                    _attributes(point, labels),
                    point.unsigned(2),
                    point.unsigned(3),
                    value(point),
                )


def _number(point: AnyMessage) -> float:
    return point.double(4) if 4 in point else float(point.signed(6))  # noqa: PLR2004 - as_double, as_int


def _explicit(point: AnyMessage) -> ExplicitBuckets:
    bounds, counts = point.doubles(7), point.fixed64s(6)
    if counts and len(counts) != len(bounds) + 1:
        raise MalformedMessageError(f"{len(counts)} buckets with {len(bounds)} bounds")
    if sorted(set(bounds)) != bounds or not all(map(math.isfinite, bounds)):
        raise MalformedMessageError("bounds that do not ascend")
    return ExplicitBuckets.of(point.unsigned(4), point.double(5), bounds, counts)


def _exponential(point: AnyMessage) -> ExponentialBuckets:
    scale = point.zigzag(6)
    if not _MIN_SCALE <= scale <= _MAX_SCALE:
        raise MalformedMessageError(f"scale {scale}")
    return ExponentialBuckets(
        count=point.unsigned(4),
        total=point.double(5),
        scale=scale,
        zero=(point.double(14), point.unsigned(7)),
        positive=_buckets(point.message(8)),
        negative=_buckets(point.message(9)),
    )


def _buckets(buckets: AnyMessage) -> dict[int, int]:
    counts = buckets.varints(2)
    if len(counts) > _MOST_BUCKETS:
        raise MalformedMessageError(f"{len(counts)} buckets")
    return {index: count for index, count in enumerate(counts, buckets.zigzag(1)) if count}


def _attributes(message: AnyMessage, number: int) -> Attributes:
    return tuple(sorted((pair.text(1), _text(pair.message(2))) for pair in message.messages(number)))


def _text(value: AnyMessage) -> str:
    if 2 in value:  # noqa: PLR2004 - bool_value
        return "true" if value.unsigned(2) else "false"
    if 3 in value:  # noqa: PLR2004 - int_value
        return str(value.signed(3))
    if 4 in value:  # noqa: PLR2004 - double_value
        return repr(value.double(4))
    if 5 in value:  # noqa: PLR2004 - array_value
        return ",".join(_plain(each) for each in value.message(5).messages(1))
    return value.text(1)


def _plain(value: AnyMessage) -> str:
    """An element of an array; arrays in arrays show nothing, so that no depth harms."""
    return "" if 5 in value else _text(value)  # noqa: PLR2004 - array_value


_DATA: Final[dict[int, tuple[Kind, int, int, Callable[[AnyMessage], Distribution]]]] = {
    5: (Kind.GAUGE, 7, 8, _number),
    7: (Kind.COUNTER, 7, 8, _number),
    9: (Kind.HISTOGRAM, 9, 10, _explicit),
    10: (Kind.HISTOGRAM, 1, 10, _exponential),
}
"""By the field of a metric: its kind, a point's fields of attributes and flags, and how its value is read."""
