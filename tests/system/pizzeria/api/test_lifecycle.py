"""An order's way through the real service, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.system.pizzerias import Service, hosted

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with hosted(capacity=2) as service:
        yield service


def ids(service: Service, path: str) -> list[str]:
    answer = service.client.get(path)
    assert answer.status_code == 200
    return [order["id"] for order in answer.json()]


def test_the_menu_is_seeded_and_money_travels_as_text(service: Service) -> None:
    menu = service.client.get("/api/menu/").json()
    assert {pizza["name"] for pizza in menu} == {
        "Margherita", "Pepperoni", "Hawaiian", "Vegetarian", "Supreme", "Quattro Formaggi",
    }  # fmt: skip
    assert all(
        set(pizza) == {"id", "name", "size", "toppings", "base_price", "total_price"} for pizza in menu
    )
    (margherita,) = (pizza for pizza in menu if pizza["name"] == "Margherita")
    assert margherita["base_price"] == "12.99"


def test_an_order_answers_with_all_it_knows_and_nothing_that_is_null(service: Service) -> None:
    order = service.order()
    assert order.pop("id")
    assert datetime.fromisoformat(order.pop("order_time")).tzinfo is not None
    (pizza,) = order.pop("pizzas")
    assert (pizza["name"], pizza["size"], pizza["toppings"]) == ("Margherita", "large", ["basil"])
    assert (pizza["base_price"], pizza["total_price"]) == ("12.99", "22.28")
    assert order == {
        "status": "confirmed",
        "customer_name": "Ada",
        "customer_phone": "+15550000001",
        "customer_address": "1 Test Street",
        "payment_method": "credit_card",
        "total_amount": "22.28",
    }


def test_an_order_goes_from_the_counter_to_the_door(service: Service) -> None:
    client, number = service.client, service.order(customer_email="a@b.c", notes="x")["id"]
    assert number in ids(service, "/api/orders/")
    assert number in ids(service, "/api/orders/?status=confirmed")
    assert number in ids(service, "/api/kitchen/queue")

    assert client.put(f"/api/orders/{number}/cook").json()["status"] == "cooking"
    assert number in ids(service, "/api/kitchen/queue")
    assert client.get("/api/kitchen/status").json()["cooking"] == 1

    assert client.put(f"/api/orders/{number}/ready").json()["status"] == "ready"
    assert number not in ids(service, "/api/kitchen/queue")
    assert number in ids(service, "/api/delivery/ready")

    body = {"delivery_person_id": "d1"}
    assert client.post(f"/api/delivery/{number}/assign", json=body).json()["status"] == "delivering"
    assert number not in ids(service, "/api/delivery/ready")
    assert number in ids(service, "/api/delivery/tour?delivery_person_id=d1")
    assert number not in ids(service, "/api/delivery/tour?delivery_person_id=d2")

    delivered = client.put(f"/api/orders/{number}/status", json={"status": "delivered"}).json()
    assert delivered == client.get(f"/api/orders/{number}").json()
    assert (delivered["status"], delivered["delivery_person_id"]) == ("delivered", "d1")
    assert {"cooking_started_time", "actual_ready_time", "delivered_time", "notes"} <= set(delivered)
    assert number not in ids(service, "/api/orders/")
    assert number not in ids(service, "/api/delivery/tour?delivery_person_id=d1")
    assert number in ids(service, "/api/orders/?status=delivered")


def test_a_status_can_be_named_instead_of_its_step(service: Service) -> None:
    number = service.order()["id"]
    for status in ("cooking", "ready"):
        answer = service.client.put(f"/api/orders/{number}/status", json={"status": status})
        assert (answer.status_code, answer.json()["status"]) == (200, status)


def test_an_order_can_be_called_off_until_it_cooks(service: Service) -> None:
    number = service.order()["id"]
    answer = service.client.put(f"/api/orders/{number}/status", json={"status": "cancelled"})
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert number not in ids(service, "/api/orders/")


def test_a_full_kitchen_takes_orders_again_once_one_is_ready(service: Service) -> None:
    first, second, third = (service.order()["id"] for _ in range(3))
    for number in (first, second):
        assert service.client.put(f"/api/orders/{number}/cook").status_code == 200
    refused = service.client.put(f"/api/orders/{third}/cook")
    assert (refused.status_code, refused.json()["detail"]) == (400, "Kitchen is at capacity")
    assert service.client.get(f"/api/orders/{third}").json()["status"] == "confirmed"
    for number in (first, second):
        assert service.client.put(f"/api/orders/{number}/ready").status_code == 200
    assert service.client.put(f"/api/orders/{third}/cook").status_code == 200
    assert service.client.put(f"/api/orders/{third}/ready").status_code == 200


def test_the_queue_shows_the_fifty_oldest() -> None:
    with hosted() as service:
        numbers = [service.order()["id"] for _ in range(52)]
        assert service.client.put(f"/api/orders/{numbers[1]}/cook").status_code == 200
        assert ids(service, "/api/kitchen/queue") == numbers[:50]


def test_the_menu_can_be_changed(service: Service) -> None:
    client = service.client
    body = {"name": "Calzone", "base_price": "13.5", "size": "LARGE", "toppings": []}
    added = client.post("/api/menu/add", json=body)
    assert (added.status_code, added.json()["size"]) == (201, "large")
    assert added.json()["base_price"] == "13.50"
    pizza_id = added.json()["id"]
    assert added.json() in client.get("/api/menu/").json()

    changed = client.put("/api/menu/update", json={"pizza_id": pizza_id, "base_price": 14, "size": "small"})
    assert (changed.status_code, changed.json()["total_price"]) == (200, "14.00")
    assert (changed.json()["name"], changed.json()["toppings"]) == ("Calzone", [])
    assert service.order(pizzas=[{"name": "calzone", "size": "small"}])["total_amount"] == "14.00"

    removed = client.request("DELETE", "/api/menu/remove", json={"pizza_id": pizza_id})
    assert (removed.status_code, removed.content) == (204, b"")
    assert pizza_id not in [pizza["id"] for pizza in client.get("/api/menu/").json()]
