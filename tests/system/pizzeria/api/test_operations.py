"""Each request triggers exactly one operation, or none, and the metrics say which."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mario_perf.pizzeria.bootstrap import OPERATIONS
from mario_perf.pizzeria.cqrs.metrics.histogram_text import DURATION, EXECUTIONS, FAILURES, SUCCESSES
from tests.pizzeria.series import growth
from tests.system.pizzerias import hosted, order_body

if TYPE_CHECKING:
    from tests.pizzeria.series import Labels
    from tests.system.pizzerias import Service


def executed(labels: Labels) -> str:
    return dict(labels)["type"]


def body_of(path: str) -> Any:
    bodies = {
        "/api/orders/": order_body(),
        "/api/orders/{}/status": {"status": "cooking"},
        "/api/delivery/{}/assign": {"delivery_person_id": "d1"},
        "/api/menu/add": {"name": "Calzone", "base_price": "1", "size": "small"},
        "/api/menu/update": {"pizza_id": "{}"},
        "/api/menu/remove": {"pizza_id": "{}"},
    }
    return bodies[path]


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/api/menu/", "GetMenuQuery"),
        ("GET", "/api/orders/", "GetActiveOrdersQuery"),
        ("GET", "/api/orders/?status=ready", "GetOrdersByStatusQuery"),
        ("GET", "/api/kitchen/queue", "GetOrdersByStatusQuery"),
        ("GET", "/api/kitchen/status", "GetKitchenStatusQuery"),
        ("GET", "/api/delivery/ready", "GetDeliveryOrdersQuery"),
        ("GET", "/api/delivery/tour?delivery_person_id=d1", "GetDeliveryTourQuery"),
    ],
)
def test_a_question_is_one_query(shared: Service, method: str, path: str, operation: str) -> None:
    before = shared.samples()
    assert shared.client.request(method, path).status_code == 200
    after = shared.samples()
    labels = frozenset({"operation": "query", "type": operation}.items())
    assert growth(before, after, EXECUTIONS) == growth(before, after, SUCCESSES) == {labels: 1}
    assert growth(before, after, FAILURES) == {}
    assert growth(before, after, f"{DURATION}_count") == {labels | {("status", "success")}: 1}
    (milliseconds,) = growth(before, after, f"{DURATION}_sum").values()
    assert milliseconds > 0


def test_each_step_of_an_order_is_one_operation(shared: Service) -> None:
    client, before = shared.client, shared.samples()
    path = f"/api/orders/{shared.order()['id']}"
    client.get(path)
    client.put(f"{path}/cook")
    client.put(f"{path}/ready")
    client.post(f"{path.replace('orders', 'delivery')}/assign", json={"delivery_person_id": "d"})
    client.put(f"{path}/status", json={"status": "delivered"})
    after = shared.samples()
    succeeded = growth(before, after, SUCCESSES)
    assert succeeded == growth(before, after, EXECUTIONS)
    assert {(dict(labels)["operation"], dict(labels)["type"]): n for labels, n in succeeded.items()} == {
        ("command", "PlaceOrderCommand"): 1,
        ("query", "GetOrderByIdQuery"): 1,
        ("command", "StartCookingCommand"): 1,
        ("command", "CompleteOrderCommand"): 1,
        ("command", "AssignOrderToDeliveryCommand"): 1,
        ("command", "UpdateOrderStatusCommand"): 1,
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "operation", "error_type"),
    [
        ("GET", "/api/orders/nope", None, "GetOrderByIdQuery", "not_found"),
        ("GET", "/api/orders/?status=eaten", None, "GetOrdersByStatusQuery", "validation"),
        ("PUT", "/api/orders/nope/status", {"status": "eaten"}, "UpdateOrderStatusCommand", "validation"),
        ("POST", "/api/orders/", order_body(pizzas=[{"name": "Sushi", "size": "small"}]),
         "PlaceOrderCommand", "validation"),
        ("POST", "/api/menu/add", {"name": "Supreme", "base_price": "1", "size": "small"},
         "AddPizzaCommand", "business_rule"),
        ("PUT", "/api/menu/update", {"pizza_id": "nope"}, "UpdatePizzaCommand", "not_found"),
        ("DELETE", "/api/menu/remove", {"pizza_id": "nope"}, "RemovePizzaCommand", "not_found"),
    ],
)  # fmt: skip
def test_a_refusal_is_one_failure_of_its_category(
    shared: Service, method: str, path: str, body: Any, operation: str, error_type: str
) -> None:
    before = shared.samples()
    assert 400 <= shared.client.request(method, path, json=body).status_code < 500
    after = shared.samples()
    kind = "query" if operation.endswith("Query") else "command"
    labels = frozenset({"operation": kind, "type": operation}.items())
    assert growth(before, after, EXECUTIONS) == {labels: 1}
    assert growth(before, after, FAILURES) == {labels | {("error_type", error_type)}: 1}
    assert growth(before, after, f"{DURATION}_count") == {labels | {("status", "failure")}: 1}
    assert growth(before, after, SUCCESSES) == {}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/nope", None, 404),
        ("DELETE", "/api/orders/", None, 405),
        ("POST", "/api/orders/", order_body(pizzas=[]), 422),
        ("GET", "/api/delivery/tour", None, 422),
        ("GET", "/api/menu", None, 307),
        ("GET", "/", None, 200),
        ("GET", "/api/docs", None, 200),
        ("GET", "/api/openapi.json", None, 200),
    ],
)
def test_what_the_http_layer_answers_itself_is_no_operation(
    shared: Service, method: str, path: str, body: Any, status: int
) -> None:
    before = shared.samples()
    assert shared.client.request(method, path, json=body).status_code == status
    assert growth(before, shared.samples(), EXECUTIONS) == {}


def test_every_operation_is_exposed_at_zero_from_the_start() -> None:
    with hosted() as service:
        found = service.samples()
    assert {executed(labels) for name, labels in found if name == EXECUTIONS} == set(OPERATIONS)
    assert {value for (name, _), value in found.items() if name.startswith("cqrs_")} == {0}


@pytest.mark.parametrize("path", ["/metrics", "/api/metrics"])
def test_metrics_are_prometheus_text_with_each_family_once(shared: Service, path: str) -> None:
    shared.client.get("/api/nope")
    shared.client.get("/api/menu")
    answer = shared.client.get(path)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    names = [family.name for family in text_string_to_metric_families(answer.text)]
    types = [line for line in answer.text.splitlines() if line.startswith("# TYPE ")]
    assert len(names) == len(set(names)) == len(types)
    assert not [name for name in names if name.endswith("_created")]


@pytest.mark.prometheus
@pytest.mark.prometheus
def test_promtool_has_nothing_to_say_but_that_the_contract_counts_in_milliseconds(shared: Service) -> None:
    shared.order()
    text = shared.client.get("/metrics").text
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=30, check=False
    )
    assert set(checked.stderr.splitlines()) == {
        f'{name} use base unit "seconds" instead of "milliseconds"'
        for name in ("cqrs_execution_duration_milliseconds", "http_server_duration_milliseconds")
    }


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_the_service_says_that_it_is_up(shared: Service, path: str) -> None:
    answer = shared.client.get(path)
    assert (answer.status_code, answer.json()) == (200, {"status": "healthy"})


def test_people_get_a_page(shared: Service) -> None:
    answer = shared.client.get("/")
    assert answer.headers["content-type"].startswith("text/html")
    assert "Mario" in answer.text


def test_concurrent_cooks_never_overfill_the_kitchen_nor_jam_it() -> None:
    with hosted(capacity=3) as service, ThreadPoolExecutor(8) as threads:
        numbers = [service.order()["id"] for _ in range(12)]
        cooked = list(threads.map(lambda n: service.client.put(f"/api/orders/{n}/cook").status_code, numbers))
        assert sorted(cooked) == [200] * 3 + [400] * 9
        cooking = service.client.get("/api/orders/?status=cooking").json()
        for order in cooking:
            assert service.client.put(f"/api/orders/{order['id']}/ready").status_code == 200
        waiting = service.client.get("/api/orders/?status=confirmed").json()
        assert service.client.put(f"/api/orders/{waiting[0]['id']}/cook").status_code == 200
