import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1 import metrics_pb2 as pb

from mario_perf.otlp import text_page, wire
from mario_perf.otlp.distributions import ExplicitBuckets, ExponentialBuckets
from mario_perf.otlp.metric_points import decode
from mario_perf.otlp.running_totals import RunningTotals
from mario_perf.otlp.wire import MalformedMessageError
from mario_perf.sources import document
from tests.otlp.pushes import (
    CUMULATIVE,
    DELTA,
    SECOND,
    counter,
    counts,
    exponential,
    histogram,
    indexes,
    push,
    texts,
)

NAME = "http_server_request_duration_seconds"


def totals(*pushes: bytes) -> RunningTotals:
    running = RunningTotals()
    for each in pushes:
        running.add(decode(each))
    return running


def shown(running: RunningTotals) -> dict[tuple[str, str], float]:
    """By name and upper bound."""
    page = document.parse(text_page.render(running.series(), running.start))
    return {(each.series.name, each.series.labels.get("le", "")): each.value for each in page.samples}


@given(
    st.lists(st.floats(-1e9, 1e9), unique=True, max_size=20)
    .map(sorted)
    .flatmap(
        lambda bounds: st.tuples(
            st.just(bounds), st.lists(counts, min_size=len(bounds) + 1, max_size=len(bounds) + 1)
        )
    ),
    st.dictionaries(texts, st.one_of(texts, st.booleans(), st.integers(-(2**62), 2**62)), max_size=4),
    st.dictionaries(texts, texts, max_size=3),
)
def test_a_histogram_is_read_as_the_official_encoder_wrote_it(
    buckets: tuple[list[float], list[int]],
    labels: dict[str, str | bool | int],
    resource: dict[str, str],
) -> None:
    bounds, own = buckets
    metric = histogram(bounds, own, labels=labels, temporality=CUMULATIVE)
    (point,) = decode(push(metric, resource=resource))
    assert isinstance(point.value, ExplicitBuckets)
    assert list(point.value.counts) == bounds
    assert list(point.value.counts.values()) == [sum(own[: place + 1]) for place in range(len(bounds))]
    assert (point.value.count, point.value.total) == (sum(own), 0.5 * sum(own))
    words = {
        key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in labels.items()
    }
    assert (dict(point.labels), dict(point.resource)) == (words, resource)
    assert (point.start, point.time) == (SECOND, 2 * SECOND)


@given(st.integers(-10, 20), indexes, st.lists(counts, max_size=160), counts)
def test_an_exponential_histogram_is_read_as_the_official_encoder_wrote_it(
    scale: int, offset: int, own: list[int], zeros: int
) -> None:
    (point,) = decode(push(exponential(scale, offset, own, zeros=zeros)))
    assert isinstance(point.value, ExponentialBuckets)
    assert point.value.positive == {offset + place: count for place, count in enumerate(own) if count}
    assert (point.value.scale, point.value.zero) == (scale, (0.0, zeros))


@given(st.lists(st.floats(1e-4, 100), min_size=1, max_size=60), st.integers(0, 20), st.integers(0, 20))
def test_exponential_buckets_add_up_on_any_scales_and_keep_each_value_in_its_bucket(
    values: list[float], one: int, other: int
) -> None:
    half = len(values) // 2
    pushes = [
        push(of_values(part, scale, start))
        for start, (part, scale) in enumerate([(values[:half], one), (values[half:], other)], 1)
        if part
    ]
    found = shown(totals(*pushes))
    for (name, bound), at_most in found.items():
        if name == f"{NAME}_bucket":
            upper = float(bound)
            slack = 1e-9 * upper if math.isfinite(upper) else 0.0
            assert sum(value <= upper - slack for value in values) <= at_most
            assert at_most <= sum(value <= upper + slack for value in values)


def of_values(values: list[float], scale: int, start: int) -> pb.Metric:
    own = [math.ceil(math.log2(value) * 2**scale) - 1 for value in values]
    low = min(own)
    dense = [own.count(index) for index in range(low, max(own) + 1)] if max(own) - low < 9000 else []
    if not dense:  # no exporter has as many buckets: it takes a coarser scale
        return of_values(values, scale - 1, start)
    return exponential(scale, low, dense, at=(start, 9))


def test_deltas_add_up_and_one_that_is_sent_again_counts_once() -> None:
    first = push(histogram([0.1], [1, 2], at=(1, 2), temporality=DELTA))
    second = push(histogram([0.1], [3, 0], at=(2, 3), temporality=DELTA))
    found = shown(totals(first, first, second))
    assert found[f"{NAME}_bucket", "0.1"] == 4
    assert found[f"{NAME}_bucket", "+Inf"] == found[f"{NAME}_count", ""] == 6


def test_processes_of_one_service_add_up_and_a_restart_takes_nothing_back() -> None:
    found = shown(
        totals(push(counter(5, at=(1, 4))), push(counter(7, at=(2, 4))), push(counter(8, at=(2, 5))))
    )
    assert found["orders_total", ""] == 13
    assert found["process_start_time_seconds", ""] == 2


def test_a_count_that_falls_without_a_new_start_began_anew() -> None:
    running = totals(push(counter(5, at=(0, 2))), push(counter(3, at=(0, 3))), push(counter(4, at=(0, 2))))
    assert shown(running)["orders_total", ""] == 8


def test_bounds_that_two_processes_do_not_share_are_merged() -> None:
    found = shown(totals(push(histogram([0.1, 0.2], [1, 1, 1])), push(histogram([0.2], [2, 2], at=(3, 4)))))
    assert found == {
        (f"{NAME}_bucket", "0.2"): 4,
        (f"{NAME}_bucket", "+Inf"): 7,
        (f"{NAME}_sum", ""): 3.5,
        (f"{NAME}_count", ""): 7,
        ("process_start_time_seconds", ""): 3,
    }


def test_a_process_is_stale_until_it_has_pushed_again() -> None:
    running = totals(push(counter(1, at=(1, 4))), push(counter(1, at=(2, 6))))
    assert [start for _, start in running.stale(5 * SECOND)] == [SECOND]
    running.add(decode(push(counter(2, at=(1, 7)))))
    assert running.stale(5 * SECOND) == []


@given(st.binary(max_size=60))
def test_bytes_that_are_no_push_are_refused_or_hold_points(body: bytes) -> None:
    try:
        assert isinstance(decode(body), list)
    except MalformedMessageError as error:
        assert str(error)  # noqa: PT017 - most bytes are refused


@given(st.data())
def test_a_push_that_is_cut_or_changed_is_refused_or_read(data: st.DataObject) -> None:
    whole = bytearray(push(histogram([0.1, 1.0], [1, 2, 3], labels={"http.route": "/orders"})))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    except MalformedMessageError as error:
        assert str(error)  # noqa: PT017


@pytest.mark.parametrize(
    ("name", "unit", "expected"),
    [
        ("http.server.request.duration", "s", "http_server_request_duration_seconds"),
        ("http.server.duration", "ms", "http_server_duration_milliseconds"),
        ("request_seconds", "s", "request_seconds"),
        ("2nd.duration", "s", "_2nd_duration_seconds"),
    ],
)
def test_names_are_those_that_prometheus_gives(name: str, unit: str, expected: str) -> None:
    metric = histogram([1.0], [1, 0])
    metric.name, metric.unit = name, unit
    (point,) = decode(push(metric))
    assert text_page.metric_name(point.instrument) == expected


def test_a_sum_that_may_fall_is_no_counter() -> None:
    assert shown(totals(push(counter(5, monotonic=False))))["orders", ""] == 5


def test_an_attribute_that_is_called_like_a_buckets_bound_keeps_the_page_readable() -> None:
    pushed = push(histogram([0.1], [1, 2], labels={"le": "7", "route": "/a"}))
    assert shown(totals(pushed))[f"{NAME}_bucket", "0.1"] == 1


def test_fields_of_messages_in_messages_count_for_the_whole_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_FIELDS", 20)
    body = push(counter(7), counter(8))
    monkeypatch.setattr(wire, "MAX_FIELDS", 13)
    with pytest.raises(MalformedMessageError, match="more than 13 fields"):
        decode(body)


def test_packed_numbers_count_as_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_FIELDS", 50)
    with pytest.raises(MalformedMessageError, match="more than 50 fields"):
        decode(push(exponential(0, 0, [1] * 40)))
