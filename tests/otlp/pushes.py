"""Pushes as OpenTelemetry's own encoder writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf import json_format
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1 import metrics_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CUMULATIVE = pb.AGGREGATION_TEMPORALITY_CUMULATIVE
DELTA = pb.AGGREGATION_TEMPORALITY_DELTA
SECOND = 1_000_000_000

counts = st.integers(0, 2**40)
indexes = st.integers(-3000, 3000)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def attributes(values: Mapping[str, str | bool | int]) -> list[KeyValue]:
    return [KeyValue(key=key, value=_value(value)) for key, value in values.items()]


def _value(value: str | bool | int) -> AnyValue:  # noqa: FBT001
    match value:
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case _:
            return AnyValue(string_value=value)


def push(*metrics: pb.Metric, resource: Mapping[str, str] | None = None) -> bytes:
    request = ExportMetricsServiceRequest()
    one = request.resource_metrics.add()
    one.resource.attributes.extend(attributes(resource or {}))
    one.scope_metrics.add().metrics.extend(metrics)
    return bytes(request.SerializeToString())


def as_json(body: bytes) -> bytes:
    """The same push in JSON, as OTLP maps it."""
    request = ExportMetricsServiceRequest.FromString(body)
    text: str = json_format.MessageToJson(request, use_integers_for_enums=True)
    return text.encode()


def histogram(
    bounds: Iterable[float],
    buckets: Iterable[int],
    *,
    at: tuple[int, int] = (1, 2),
    temporality: pb.AggregationTemporality.ValueType = CUMULATIVE,
    labels: Mapping[str, str | bool | int] | None = None,
) -> pb.Metric:
    own = list(buckets)
    point = pb.HistogramDataPoint(
        attributes=attributes(labels or {}),
        start_time_unix_nano=at[0] * SECOND,
        time_unix_nano=at[1] * SECOND,
        count=sum(own),
        sum=0.5 * sum(own),
        bucket_counts=own,
        explicit_bounds=bounds,
    )
    data = pb.Histogram(data_points=[point], aggregation_temporality=temporality)
    return pb.Metric(name="http.server.request.duration", unit="s", histogram=data)


def exponential(
    scale: int,
    offset: int,
    buckets: Iterable[int],
    *,
    at: tuple[int, int] = (1, 2),
    zeros: int = 0,
) -> pb.Metric:
    own = list(buckets)
    point = pb.ExponentialHistogramDataPoint(
        start_time_unix_nano=at[0] * SECOND,
        time_unix_nano=at[1] * SECOND,
        count=sum(own) + zeros,
        sum=0.5 * sum(own),
        scale=scale,
        zero_count=zeros,
        positive=pb.ExponentialHistogramDataPoint.Buckets(offset=offset, bucket_counts=own),
    )
    data = pb.ExponentialHistogram(data_points=[point], aggregation_temporality=CUMULATIVE)
    return pb.Metric(name="http.server.request.duration", unit="s", exponential_histogram=data)


def counter(value: int, *, at: tuple[int, int] = (1, 2), monotonic: bool = True) -> pb.Metric:
    point = pb.NumberDataPoint(
        start_time_unix_nano=at[0] * SECOND, time_unix_nano=at[1] * SECOND, as_int=value
    )
    data = pb.Sum(data_points=[point], aggregation_temporality=CUMULATIVE, is_monotonic=monotonic)
    return pb.Metric(name="orders", unit="{order}", sum=data)
