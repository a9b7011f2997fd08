"""What a courier carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.requests import Query
from mario_perf.pizzeria.domain.order import Order

if TYPE_CHECKING:
    from mario_perf.pizzeria.infrastructure.order_repository import Orders


@dataclass(frozen=True, slots=True)
class GetDeliveryTourQuery(Query[tuple[Order, ...]]):
    """This courier's orders."""

    delivery_person_id: str


@dataclass(frozen=True, slots=True)
class GetDeliveryTourHandler:
    """Reads them."""

    orders: Orders

    async def handle_async(self, request: GetDeliveryTourQuery) -> tuple[Order, ...]:
        """Orders on the way with the courier, oldest first."""
        return self.orders.on_tour(request.delivery_person_id)
