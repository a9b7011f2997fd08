"""A push in JSON says what the same push in protobuf says."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1 import metrics_pb2 as pb

from mario_perf.otlp import wire
from mario_perf.otlp.metric_points import decode
from mario_perf.otlp.wire import MalformedMessageError
from tests.otlp.pushes import (
    CUMULATIVE,
    DELTA,
    as_json,
    counter,
    counts,
    exponential,
    histogram,
    indexes,
    push,
    texts,
)

LABELS = st.dictionaries(texts, st.one_of(texts, st.booleans(), st.integers(-(2**62), 2**62)), max_size=4)


@st.composite
def metrics(draw: st.DrawFn) -> pb.Metric:
    """Of each kind."""
    own = draw(st.lists(counts, max_size=20))
    places = len(own)
    bounds = draw(st.lists(st.floats(-1e9, 1e9), unique=True, min_size=places, max_size=places))
    return draw(
        st.one_of(
            st.builds(
                histogram,
                st.just(sorted(bounds)),
                st.just([*own, 7]),
                labels=LABELS,
                temporality=st.sampled_from([CUMULATIVE, DELTA]),
            ),
            st.builds(exponential, st.integers(-10, 20), indexes, st.just(own), zeros=counts),
            st.builds(counter, st.integers(-(2**63), 2**63 - 1), monotonic=st.booleans()),
        )
    )


@given(st.lists(metrics(), max_size=4), st.dictionaries(texts, texts, max_size=3))
def test_both_ways_to_write_a_push_give_the_same_points(
    pushed: list[pb.Metric], resource: dict[str, str]
) -> None:
    body = push(*pushed, resource=resource)
    assert decode(as_json(body), json=True) == decode(body)


@given(st.floats(allow_nan=False))
def test_a_double_is_read_as_it_was_written(value: float) -> None:
    gauge = pb.Gauge(data_points=[pb.NumberDataPoint(as_double=value, time_unix_nano=2)])
    (point,) = decode(as_json(push(pb.Metric(name="load", gauge=gauge))), json=True)
    assert point.value == value


def test_numbers_may_be_texts_and_names_that_nobody_knows_are_left_out() -> None:
    point = {"asInt": 7, "timeUnixNano": 2000000000, "startTimeUnixNano": "1000000000", "later": [1]}
    total = {"dataPoints": [point], "aggregationTemporality": 2, "isMonotonic": True}
    body = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "orders", "sum": total}]}]}]}
    (read,) = decode(json.dumps(body).encode(), json=True)
    assert (read.value, read.start, read.time) == (7.0, 1_000_000_000, 2_000_000_000)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_push_are_refused_or_hold_points(body: bytes) -> None:
    try:
        assert isinstance(decode(body, json=True), list)
    except MalformedMessageError as error:
        assert str(error)  # noqa: PT017 - most bytes are refused


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@given(json_values, st.data())
def test_a_push_with_anything_in_any_place_is_refused_or_read(value: object, data: st.DataObject) -> None:
    body = json.loads(as_json(push(histogram([0.1], [1, 2], labels={"route": "/a"}), exponential(3, 1, [4]))))
    place = body
    while isinstance(place, dict | list) and place:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = value
            break
        place = place[key]
    try:
        decode(json.dumps(body).encode(), json=True)
    except MalformedMessageError as error:
        assert str(error)  # noqa: PT017


def test_depth_and_number_of_values_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MalformedMessageError, match="no JSON of metrics"):
        decode(b"[" * 200_000, json=True)
    monkeypatch.setattr(wire, "MAX_FIELDS", 5)
    with pytest.raises(MalformedMessageError, match="more than 5 values"):
        decode(b"[1,2,3,4,5,6]", json=True)
