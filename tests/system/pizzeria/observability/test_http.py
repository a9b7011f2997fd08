from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pizzeria.series import growth
from tests.system.pizzerias import order_body

if TYPE_CHECKING:
    from tests.system.pizzerias import Service

COUNT = "http_server_duration_milliseconds_count"


@pytest.mark.parametrize(
    ("method", "path", "target", "status"),
    [
        ("GET", "/api/menu/", "/api/menu/", "200"),
        ("GET", "/api/orders/one", "/api/orders/{order_id}", "404"),
        ("GET", "/api/orders/another?x=1", "/api/orders/{order_id}", "404"),
        ("PUT", "/api/orders/one/cook", "/api/orders/{order_id}/cook", "404"),
        ("POST", "/api/menu/add", "/api/menu/add", "422"),
        ("GET", "/somewhere/else", "unmatched", "404"),
        ("GET", "/api/menu", "unmatched", "307"),
    ],
)
def test_a_request_is_counted_by_the_template_of_its_route(
    shared: Service, method: str, path: str, target: str, status: str
) -> None:
    before = shared.samples()
    assert str(shared.client.request(method, path).status_code) == status
    labels = {"http_method": method, "http_target": target, "http_status_code": status}
    assert growth(before, shared.samples(), COUNT) == {frozenset(labels.items()): 1}


@pytest.mark.parametrize("path", ["/metrics", "/api/metrics", "/health", "/ready"])
def test_what_watches_the_service_is_not_counted(shared: Service, path: str) -> None:
    before = shared.samples()
    assert shared.client.get(path).status_code == 200
    assert growth(before, shared.samples(), COUNT) == {}


def test_the_time_over_http_includes_the_time_of_the_operation(shared: Service) -> None:
    before = shared.samples()
    shared.client.post("/api/orders/", json=order_body())
    after = shared.samples()
    (outer,) = growth(before, after, "http_server_duration_milliseconds_sum").values()
    (inner,) = growth(before, after, "cqrs_execution_duration_milliseconds_sum").values()
    assert outer > inner > 0


def test_nothing_is_under_way_when_everything_was_answered(shared: Service) -> None:
    shared.client.get("/api/menu/")
    found = {k: v for k, v in shared.samples().items() if k[0] == "http_server_active_requests"}
    assert found[("http_server_active_requests", frozenset({("http_method", "GET")}))] == 0
