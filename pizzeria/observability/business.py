"""The business in figures."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from pizzeria.domain.order import PROMISED

if TYPE_CHECKING:
    from collections.abc import Callable

    from pizzeria.domain.order import Order

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


class BusinessMetrics:
    """Counts what happened; hears of it through ``application.ports.BusinessEvents``.

    Args:
        registry: where the families are registered.
        capacity: orders that may cook at once.
        cooking: orders that cook now, asked at each scrape.
    """

    def __init__(self, registry: CollectorRegistry, capacity: int, cooking: Callable[[], int]) -> None:
        self._created = Counter(
            "mario_orders_created_orders", "Orders placed", ("payment_method", "status"), registry=registry
        )
        self._completed = Counter(
            "mario_orders_completed_orders", "Orders that left the oven", ("pizza_count",), registry=registry
        )
        self._value = Histogram(
            "mario_orders_value_USD",
            "Value of orders",
            ("payment_method",),
            registry=registry,
            buckets=VALUES,
        )
        self._pizzas = Counter(
            "mario_pizzas_ordered_pizzas", "Pizzas ordered", ("pizza_name",), registry=registry
        )
        self._sizes = Counter(
            "mario_pizzas_by_size_pizzas", "Pizzas ordered by size", ("size",), registry=registry
        )
        self._cooking = Histogram(
            "mario_kitchen_cooking_duration_seconds", "From oven to ready", registry=registry, buckets=COOKING
        )
        self._returning = Counter(
            "mario_customers_returning_customers", "Orders of customers who came back", registry=registry
        )

        self._delivery = Histogram(
            "mario_deliveries_duration_seconds", "From order to door", registry=registry, buckets=DELIVERY
        )
        self._deliveries = Counter(
            "mario_deliveries",
            "Orders delivered, in the promised time or not",
            ("on_time",),
            registry=registry,
        )
        for on_time in ("true", "false"):  # a ratio of the two needs both
            self._deliveries.labels(on_time)
        Gauge("mario_kitchen_capacity_orders", "Orders that may cook at once", registry=registry).set(
            capacity
        )
        now = Gauge("mario_kitchen_cooking_orders", "Orders that are in the oven", registry=registry)
        now.set_function(lambda: _now(cooking))

    def order_placed(self, order: Order, *, returning: bool) -> None:
        """A customer ordered."""
        self._created.labels(order.payment, order.status).inc()
        self._value.labels(order.payment).observe(float(order.total))
        for pizza in order.pizzas:
            self._pizzas.labels(pizza.name).inc()
            self._sizes.labels(pizza.size).inc()
        if returning:
            self._returning.inc()

    def order_ready(self, order: Order) -> None:
        """An order left the oven."""
        self._completed.labels(str(len(order.pizzas))).inc()
        if order.cooking_started_at and order.ready_at:
            self._cooking.observe((order.ready_at - order.cooking_started_at).total_seconds())

    def order_delivered(self, order: Order) -> None:
        """An order is at its door."""
        if order.delivery_time is not None:
            self._delivery.observe(order.delivery_time.total_seconds())
            self._deliveries.labels(str(order.delivery_time <= PROMISED).lower()).inc()


def _now(count: Callable[[], int]) -> float:
    try:
        return count()
    except Exception:  # noqa: BLE001 - a scrape has to show what is known, above all when something is broken
        return nan
