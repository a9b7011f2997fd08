from __future__ import annotations

import pytest

from mario_perf.configuration.discovery.evidence import Family
from mario_perf.configuration.discovery.name_labels import choose


def labels(*series: dict[str, str], name: str = "x_seconds") -> tuple[str, ...] | None:
    found = choose(Family(name, series))
    return None if found is None else found.labels


@pytest.mark.parametrize("method", ["method", "http_method", "http.request.method", "httpMethod"])
@pytest.mark.parametrize(
    "route", ["route", "http.route", "handler", "endpoint", "uri", "urlRule", "exported_endpoint"]
)
def test_a_method_and_a_route_name_an_operation_in_any_spelling(method: str, route: str) -> None:
    assert labels({method: "GET", route: "/a"}, {method: "POST", route: "/a"}) == (method, route)


def test_a_method_that_is_no_verb_of_http_is_a_procedure() -> None:
    assert labels({"method": "placeOrder", "service": "shop.Orders"}) == ("service", "method")
    assert labels({"method": "Get"}, {"method": "Put"}) == ("method",)


def test_the_process_is_no_part_of_a_name() -> None:
    ours = {"instance": "a:1", "host": "a", "app_name": "x", "route": "/a"}
    assert labels(ours, {**ours, "instance": "b:1", "host": "b"}) == ("route",)


def test_a_template_is_preferred_to_the_paths_it_stands_for() -> None:
    rows = [{"route": "/o/:id", "path": f"/o/{number}", "method": "GET"} for number in range(5)]
    assert labels(*rows) == ("method", "route")


def test_a_label_without_a_value_names_nothing() -> None:
    assert labels({"route": "", "path": "/a"}, {"route": "", "path": "/b"}) == ("path",)
    assert labels({"service": "", "handler": "/a"}) == ("handler",)


def test_a_further_label_is_taken_where_operations_would_be_merged() -> None:
    one, other = {"message_type": "A", "consumer": "X"}, {"message_type": "B", "consumer": "X"}
    assert labels(one, other) == ("message_type",)
    assert labels(one, other, {"message_type": "A", "consumer": "Y"}) == ("consumer", "message_type")
    assert labels({"span_name": "a", "service_name": "x"}, {"span_name": "a", "service_name": "y"}) == (
        "service_name",
        "span_name",
    )


def test_a_status_is_no_name() -> None:
    assert labels({"status": "200"}, {"status": "500"}) == ()
    assert labels({"name": "a", "state": "done"}, {"name": "a", "state": "failed"}) == ("name",)


def test_a_label_that_nobody_knows_is_not_assumed_away() -> None:
    assert labels({"shard": "a"}, {"shard": "b"}) is None
    assert labels({}) == ()
