"""Orders that are not finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.requests import Query
from mario_perf.pizzeria.domain.order import Order

if TYPE_CHECKING:
    from mario_perf.pizzeria.infrastructure.order_repository import Orders


@dataclass(frozen=True, slots=True)
class GetActiveOrdersQuery(Query[tuple[Order, ...]]):
    """All that are neither delivered nor cancelled."""


@dataclass(frozen=True, slots=True)
class GetActiveOrdersHandler:
    """Reads them."""

    orders: Orders

    async def handle_async(self, request: GetActiveOrdersQuery) -> tuple[Order, ...]:  # noqa: ARG002 - all
        """Active orders, oldest first."""
        return self.orders.active()
