"""Every error of the contract, from the real service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.system.pizzerias import order_body, started

if TYPE_CHECKING:
    import httpx

    from tests.system.pizzerias import Service

CALZONE = {"name": "Calzone", "base_price": "13.50", "size": "LARGE", "toppings": []}


def assert_problem(answer: httpx.Response, status: int, title: str, detail: str) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json() == {"title": title, "status": status, "detail": detail, "type": "about:blank"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/orders/nope", None),
        ("PUT", "/api/orders/nope/cook", None),
        ("PUT", "/api/orders/nope/ready", None),
        ("PUT", "/api/orders/nope/status", {"status": "cooking"}),
        ("PUT", "/api/orders/nope/status", {"status": "cancelled"}),
        ("POST", "/api/delivery/nope/assign", {"delivery_person_id": "d1"}),
    ],
)
def test_an_unknown_order_is_not_found(shared: Service, method: str, path: str, body: Any) -> None:
    answer = shared.client.request(method, path, json=body)
    assert_problem(answer, 404, "Not Found", "Order nope not found")


@pytest.mark.parametrize(("method", "path"), [("PUT", "update"), ("DELETE", "remove")])
def test_an_unknown_pizza_is_not_found(shared: Service, method: str, path: str) -> None:
    answer = shared.client.request(method, f"/api/menu/{path}", json={"pizza_id": "nope"})
    assert_problem(answer, 404, "Not Found", "Pizza nope not found")


def test_a_pizza_that_is_not_on_the_menu_cannot_be_ordered(shared: Service) -> None:
    answer = shared.client.post("/api/orders/", json=order_body(pizzas=[{"name": "Sushi", "size": "small"}]))
    assert_problem(answer, 400, "Bad Request", "Pizza Sushi is not on the menu")


@pytest.mark.parametrize(
    ("step", "body", "detail"),
    [
        ("orders/{}/ready", None, "Only cooking orders can be marked ready"),
        ("orders/{}/status", {"status": "ready"}, "Only cooking orders can be marked ready"),
        ("orders/{}/status", {"status": "delivered"}, "Only orders on delivery can be delivered"),
        ("orders/{}/status", {"status": "confirmed"}, "Unknown or unsupported status: confirmed"),
        ("orders/{}/status", {"status": "eaten"}, "Unknown or unsupported status: eaten"),
        ("delivery/{}/assign", {"delivery_person_id": "d"}, "Only ready orders can be assigned to delivery"),
    ],
)
def test_a_step_that_is_not_next_is_refused_and_changes_nothing(
    shared: Service, step: str, body: Any, detail: str
) -> None:
    order = shared.order()
    method = "POST" if "assign" in step else "PUT"
    answer = shared.client.request(method, f"/api/{step.format(order['id'])}", json=body)
    assert_problem(answer, 400, "Bad Request", detail)
    assert shared.client.get(f"/api/orders/{order['id']}").json() == order


def test_what_is_cooked_cannot_be_cooked_again_or_called_off(shared: Service) -> None:
    path = f"/api/orders/{shared.order()['id']}"
    assert shared.client.put(f"{path}/cook").status_code == 200
    again = shared.client.put(f"{path}/cook")
    assert_problem(again, 400, "Bad Request", "Only confirmed orders can start cooking")
    cancelled = shared.client.put(f"{path}/status", json={"status": "cancelled"})
    assert_problem(cancelled, 400, "Bad Request", "Only confirmed orders can be cancelled")
    assert shared.client.put(f"{path}/ready").status_code == 200


def test_an_unknown_status_cannot_be_listed(shared: Service) -> None:
    answer = shared.client.get("/api/orders/", params={"status": "eaten"})
    assert_problem(answer, 400, "Bad Request", "Unknown or unsupported status: eaten")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"size": "giant"}, 400),
        ({"base_price": "0"}, 400),
        ({"base_price": "-1"}, 400),
        ({"name": "margherita"}, 409),
        ({"name": None}, 422),
        ({"base_price": "NaN"}, 422),
        ({"base_price": "1.005"}, 422),
    ],
)
def test_a_pizza_that_cannot_be_is_not_put_on_the_menu(
    shared: Service, change: dict[str, Any], status: int
) -> None:
    before = shared.client.get("/api/menu/").json()
    body = {name: value for name, value in (CALZONE | change).items() if value is not None}
    assert shared.client.post("/api/menu/add", json=body).status_code == status
    assert shared.client.get("/api/menu/").json() == before


def test_a_pizza_cannot_take_the_name_of_another(shared: Service) -> None:
    first, second, *_ = shared.client.get("/api/menu/").json()
    body = {"pizza_id": first["id"], "name": second["name"]}
    answer = shared.client.put("/api/menu/update", json=body)
    assert_problem(answer, 409, "Conflict", f"Pizza {second['name']} is already on the menu")


@pytest.mark.parametrize(
    "changes",
    [
        {"pizzas": []},
        {"pizzas": [{"name": "Margherita", "size": "giant"}]},
        {"payment_method": "shells"},
        {"customer_phone": "123456789"},
        {"customer_phone": "1" * 21},
        {"customer_address": "1234"},
        {"customer_name": None},
    ],
)
def test_an_order_that_makes_no_sense_is_answered_with_what_is_wrong(
    shared: Service, changes: dict[str, Any]
) -> None:
    answer = shared.client.post("/api/orders/", json=order_body(**changes))
    (wrong,) = answer.json()["detail"]
    assert (answer.status_code, wrong["loc"][:2]) == (422, ["body", next(iter(changes))])


def test_malformed_json_is_answered_with_422(shared: Service) -> None:
    headers = {"content-type": "application/json"}
    answer = shared.client.post("/api/orders/", content=b'{"customer_name":', headers=headers)
    assert (answer.status_code, answer.json()["detail"][0]["type"]) == (422, "json_invalid")


@pytest.mark.parametrize("path", ["orders", "menu"])
def test_a_path_without_its_slash_redirects(shared: Service, path: str) -> None:
    answer = shared.client.get(f"/api/{path}")
    assert (answer.status_code, answer.headers["location"]) == (307, f"{shared.url}/api/{path}/")


def test_an_injected_failure_is_a_problem_that_changes_nothing() -> None:
    with started("--fail", "StartCookingCommand=1") as service:
        order = service.order()
        answer = service.client.put(f"/api/orders/{order['id']}/cook")
        assert_problem(answer, 500, "Internal Server Error", "StartCookingCommand was asked to fail")
        assert service.client.get(f"/api/orders/{order['id']}").json() == order
        code, errors = service.stop()
        assert (code, errors) == (0, "")
