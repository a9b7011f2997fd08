from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from mario_perf.pizzeria.cqrs.metrics.text_format import page
from mario_perf.pizzeria.domain.order import Customer, Order, Payment
from mario_perf.pizzeria.domain.pizza import Pizza, Size
from mario_perf.pizzeria.infrastructure.menu_repository import SEED
from mario_perf.pizzeria.observability.business_metrics import BusinessMetrics
from tests.pizzeria.series import growth, samples
from tests.system.pizzerias import Service, hosted

PIZZAS = [{"name": "Margherita", "size": "large"}, {"name": "supreme", "size": "small"}]


def plain(grown: dict[Any, float]) -> dict[tuple[str, ...], float]:
    return {tuple(value for _, value in sorted(labels)): count for labels, count in grown.items()}


def finish(service: Service, order_id: str) -> None:
    for step in ("cook", "ready"):
        assert service.client.put(f"/api/orders/{order_id}/{step}").status_code == 200


def test_the_business_is_counted() -> None:
    with hosted() as service:
        before = service.samples()
        finish(service, service.order(pizzas=PIZZAS)["id"])
        by_name = service.order(pizzas=PIZZAS[:1], payment_method="cash")
        for status in ("cooking", "ready"):
            service.client.put(f"/api/orders/{by_name['id']}/status", json={"status": status})
        service.order(pizzas=PIZZAS[:1], payment_method="cash", customer_phone="+15550000002")
        after = service.samples()

    def grown(name: str) -> dict[tuple[str, ...], float]:
        return plain(growth(before, after, name))

    assert grown("mario_orders_created_orders_total") == {
        ("credit_card", "confirmed"): 1,
        ("cash", "confirmed"): 2,
    }
    assert grown("mario_orders_completed_orders_total") == {("2",): 1, ("1",): 1}
    assert grown("mario_orders_value_USD_count") == {("credit_card",): 1, ("cash",): 2}
    assert grown("mario_orders_value_USD_sum") == {("credit_card",): 38.77, ("cash",): 41.56}
    assert grown("mario_pizzas_ordered_pizzas_total") == {("Margherita",): 3, ("Supreme",): 1}
    assert grown("mario_pizzas_by_size_pizzas_total") == {("large",): 3, ("small",): 1}
    assert grown("mario_kitchen_cooking_duration_seconds_count") == {(): 2}
    assert grown("mario_customers_returning_customers_total") == {(): 1}


def test_what_is_going_to_happen_is_there_at_zero_before_the_first_order() -> None:
    """The event with which a series begins is in no rate, and looks like none to an alert."""
    with hosted() as service:
        found = service.samples()

    def zeros(name: str) -> set[tuple[str, ...]]:
        labels = {labels for (family, labels), value in found.items() if family == name and value == 0}
        return set(plain(dict.fromkeys(labels, 0.0)))

    payments = {("cash",), ("credit_card",), ("debit_card",)}
    assert zeros("mario_orders_created_orders_total") == {(*each, "confirmed") for each in payments}
    assert zeros("mario_orders_value_USD_count") == payments
    assert zeros("mario_orders_completed_orders_total") == {(str(count),) for count in range(1, 11)}
    assert zeros("mario_pizzas_by_size_pizzas_total") == {("small",), ("medium",), ("large",)}
    assert zeros("mario_pizzas_ordered_pizzas_total") == {(name,) for name, _, _ in SEED}
    assert zeros("mario_deliveries_total") == {("true",), ("false",)}
    assert zeros("mario_customers_returning_customers_total") == {()}


def test_a_delivery_is_timed_and_held_against_the_promise() -> None:
    with hosted() as service:
        before = service.samples()
        order_id = service.order(pizzas=PIZZAS)["id"]
        finish(service, order_id)
        service.client.post(f"/api/delivery/{order_id}/assign", json={"delivery_person_id": "d1"})
        service.client.put(f"/api/orders/{order_id}/status", json={"status": "delivered"})
        after = service.samples()
    assert plain(growth(before, after, "mario_deliveries_total")) == {("true",): 1}
    assert plain(growth(before, after, "mario_deliveries_duration_seconds_count")) == {(): 1}


def test_an_order_that_took_too_long_is_late() -> None:
    metrics = BusinessMetrics(capacity=5, cooking=lambda: 0, pizzas=())
    ordered = datetime(2026, 1, 1, 20, tzinfo=UTC)
    pizza = Pizza("p", "Margherita", Size.SMALL, (), Decimal(10))
    order = Order("o", Customer("Ada", "1", "Street"), (pizza,), Payment.CASH, ordered)
    for minutes in (30, 31):
        metrics.order_delivered(replace(order, delivered_at=ordered + timedelta(minutes=minutes)))
    assert plain(growth({}, samples(page([metrics]).decode()), "mario_deliveries_total")) == {
        ("true",): 1,
        ("false",): 1,
    }


def test_the_kitchen_shows_how_full_it_is() -> None:
    with hosted() as service:
        for _ in range(2):
            service.client.put(f"/api/orders/{service.order(pizzas=PIZZAS)['id']}/cook")
        found = service.samples()
    assert found["mario_kitchen_cooking_orders", frozenset()] == 2
    assert found["mario_kitchen_capacity_orders", frozenset()] == 5


def test_a_refused_order_is_no_business() -> None:
    with hosted() as service:
        before = service.samples()
        body = {
            "customer_name": "Ada", "customer_phone": "+15550000001", "customer_address": "1 Test Street",
            "pizzas": [*PIZZAS, {"name": "Sushi", "size": "small"}], "payment_method": "cash",
        }  # fmt: skip
        assert service.client.post("/api/orders/", json=body).status_code == 400
        after = service.samples()
    names = {name for name, _ in after if name.startswith("mario_")}
    assert names
    assert [name for name in names if growth(before, after, name)] == []
