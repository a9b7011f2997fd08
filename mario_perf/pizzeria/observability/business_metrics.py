"""The business in figures."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

from mario_perf.pizzeria.domain.order import PROMISED_TIME, Payment, Status
from mario_perf.pizzeria.domain.pizza import Size
from mario_perf.pizzeria.observability.metric_families import Histograms, Numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mario_perf.pizzeria.domain.order import Order

VALUES = (10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200)  # USD
COOKING = (0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 600, 900, 1200, 1800)  # seconds
DELIVERY = (
    0.1,
    1,
    10,
    60,
    300,
    600,
    900,
    1200,
    1500,
    1800,
    2400,
    3600,
    5400,
)  # seconds; a load test is quick


PIZZAS = range(1, 11)
"""How many pizzas orders usually have; larger ones have a series from the first of them on."""


class BusinessMetrics:
    """Counts what happened; hears of it through ``application.interfaces.BusinessEvents``.

    What is going to happen is there at 0 from the start: the event with which a counter begins is in no rate.

    Args:
        capacity: orders that may cook at once.
        cooking: orders that cook now, asked at each scrape.
        pizzas: names on the menu.
    """

    def __init__(self, capacity: int, cooking: Callable[[], int], pizzas: Iterable[str]) -> None:
        self._count_cooking = cooking
        self._created = Numbers(
            "mario_orders_created_orders_total", "counter", "Orders placed", ("payment_method", "status")
        )
        self._completed = Numbers(
            "mario_orders_completed_orders_total", "counter", "Orders that left the oven", ("pizza_count",)
        )
        self._value = Histograms("mario_orders_value_USD", "Value of orders", VALUES, ("payment_method",))
        self._pizzas = Numbers(
            "mario_pizzas_ordered_pizzas_total", "counter", "Pizzas ordered", ("pizza_name",)
        )
        self._sizes = Numbers(
            "mario_pizzas_by_size_pizzas_total", "counter", "Pizzas ordered by size", ("size",)
        )
        self._cooking = Histograms("mario_kitchen_cooking_duration_seconds", "From oven to ready", COOKING)
        self._returning = Numbers(
            "mario_customers_returning_customers_total", "counter", "Orders of customers who came back"
        )
        self._delivery = Histograms("mario_deliveries_duration_seconds", "From order to door", DELIVERY)
        self._deliveries = Numbers(
            "mario_deliveries_total", "counter", "Orders delivered, in the promised time or not", ("on_time",)
        )
        self._capacity = Numbers("mario_kitchen_capacity_orders", "gauge", "Orders that may cook at once")
        self._capacity.set(capacity)
        self._now_cooking = Numbers("mario_kitchen_cooking_orders", "gauge", "Orders that are in the oven")
        self._show(pizzas)

    def order_placed(self, order: Order, *, returning: bool) -> None:
        """A customer ordered."""
        self._created.add(1, order.payment, order.status)
        self._value.observe(float(order.total), order.payment)
        for pizza in order.pizzas:
            self._pizzas.add(1, pizza.name)
            self._sizes.add(1, pizza.size)
        if returning:
            self._returning.add(1)

    def order_ready(self, order: Order) -> None:
        """An order left the oven."""
        self._completed.add(1, str(len(order.pizzas)))
        if order.cooking_started_at and order.ready_at:
            self._cooking.observe((order.ready_at - order.cooking_started_at).total_seconds())

    def order_delivered(self, order: Order) -> None:
        """An order is at its door."""
        if order.delivery_time is not None:
            self._delivery.observe(order.delivery_time.total_seconds())
            self._deliveries.add(1, _on_time(order.delivery_time <= PROMISED_TIME))

    def lines(self) -> Iterator[bytes]:
        """As Prometheus text."""
        self._now_cooking.set(_now(self._count_cooking))
        for each in (
            self._created, self._completed, self._value, self._pizzas, self._sizes, self._cooking,
            self._returning, self._delivery, self._deliveries, self._capacity, self._now_cooking,
        ):  # fmt: skip
            yield from each.lines()

    def _show(self, pizzas: Iterable[str]) -> None:
        for payment in Payment:
            self._created.add(0, payment, Status.CONFIRMED)
            self._value.show(payment)
        for name in pizzas:
            self._pizzas.add(0, name)
        for size in Size:
            self._sizes.add(0, size)
        for count in PIZZAS:
            self._completed.add(0, str(count))
        for on_time in (True, False):
            self._deliveries.add(0, _on_time(on_time))
        self._returning.add(0)
        self._cooking.show()
        self._delivery.show()


def _now(count: Callable[[], int]) -> float:
    try:
        return count()
    except Exception:  # noqa: BLE001 - a scrape has to show what is known, above all when something is broken
        return nan


def _on_time(on_time: bool) -> str:  # noqa: FBT001 - it is a label
    return str(on_time).lower()
