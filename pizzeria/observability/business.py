"""The business in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram

if TYPE_CHECKING:
    from pizzeria.domain.order import Order

VALUES = (10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200)  # USD
COOKING = (0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 600, 900, 1200, 1800)  # seconds


class BusinessMetrics:
    """Counts what happened; hears of it through ``application.ports.BusinessEvents``."""

    def __init__(self, registry: CollectorRegistry) -> None:
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
