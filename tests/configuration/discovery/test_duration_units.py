from __future__ import annotations

import pytest

from mario_perf.configuration.discovery.duration_units import no_duration, unit
from mario_perf.configuration.discovery.evidence import Histogram


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("http_request_duration_seconds", "seconds"),
        ("request_duration_s", "seconds"),
        ("request_sec", "seconds"),
        ("latency_seconds_by_view_method", "seconds"),
        ("requestDurationMs", "milliseconds"),
        ("request_millis", "milliseconds"),
        ("request_latency_microseconds", "microseconds"),
        ("request_us", "microseconds"),
        ("rpc_nanos", "nanoseconds"),
        ("http_server_duration", "milliseconds"),
        ("http.server.request.duration", "seconds"),
    ],
)
def test_a_name_tells_its_unit_wherever_it_stands(name: str, expected: str) -> None:
    found = unit(Histogram(name, ()))
    assert found is not None
    assert found[0] == expected


@pytest.mark.parametrize(
    ("histogram", "expected"),
    [
        (Histogram("x_duration", (), unit="milliseconds"), ("milliseconds", "its UNIT")),
        (Histogram("x_duration", (), help="Time in milliseconds."), ("milliseconds", "its HELP")),
        (Histogram("x_duration", (), bounds=(0.005, 0.1, 1, 10)), ("seconds", "its bounds")),
        (Histogram("x_duration", (), bounds=(5, 100, 1000, 10000)), ("milliseconds", "its bounds")),
        (Histogram("x_duration", (), bounds=(1, 10, 100)), None),
        (Histogram("us_orders_duration", ()), None),
    ],
)
def test_where_the_name_tells_none_the_rest_may(
    histogram: Histogram, expected: tuple[str, str] | None
) -> None:
    assert unit(histogram) == expected


@pytest.mark.parametrize(
    ("name", "what"), [("body_bytes", "sizes"), ("queue_depth", "counts"), ("orders_per_second", "rates")]
)
def test_what_is_no_duration_is_told(name: str, what: str) -> None:
    assert no_duration(Histogram(name, ())) == what
    assert no_duration(Histogram("handler_time", ())) is None
