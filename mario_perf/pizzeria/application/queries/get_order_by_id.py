"""One order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.requests import Query
from mario_perf.pizzeria.domain.order import Order

if TYPE_CHECKING:
    from mario_perf.pizzeria.infrastructure.order_repository import Orders


@dataclass(frozen=True, slots=True)
class GetOrderByIdQuery(Query[Order]):
    """The order of this id."""

    order_id: str


@dataclass(frozen=True, slots=True)
class GetOrderByIdHandler:
    """Looks it up."""

    orders: Orders

    async def handle_async(self, request: GetOrderByIdQuery) -> Order:
        """The order.

        Raises:
            OrderNotFoundError: there is none of this id.
        """
        return self.orders.get(request.order_id)
