"""Orders that wait for a courier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.requests import Query
from mario_perf.pizzeria.domain.order import Order, Status

if TYPE_CHECKING:
    from mario_perf.pizzeria.infrastructure.order_repository import Orders


MAX_ORDERS = 1000
"""Orders in one answer."""


@dataclass(frozen=True, slots=True)
class GetDeliveryOrdersQuery(Query[tuple[Order, ...]]):
    """Those that are ready."""


@dataclass(frozen=True, slots=True)
class GetDeliveryOrdersHandler:
    """Reads them."""

    orders: Orders

    async def handle_async(self, request: GetDeliveryOrdersQuery) -> tuple[Order, ...]:  # noqa: ARG002 - all
        """Ready orders, oldest first."""
        return self.orders.with_status(Status.READY, limit=MAX_ORDERS)
