"""How busy the kitchen is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.requests import Query
from mario_perf.pizzeria.domain.order import Status

if TYPE_CHECKING:
    from mario_perf.pizzeria.infrastructure.order_repository import Orders


@dataclass(frozen=True, slots=True)
class KitchenStatus:
    """Orders by where they stand, and how many may cook at once."""

    capacity: int
    waiting: int
    cooking: int
    ready: int


@dataclass(frozen=True, slots=True)
class GetKitchenStatusQuery(Query[KitchenStatus]):
    """Right now."""


@dataclass(frozen=True, slots=True)
class GetKitchenStatusHandler:
    """Counts."""

    orders: Orders
    capacity: int

    async def handle_async(self, request: GetKitchenStatusQuery) -> KitchenStatus:  # noqa: ARG002 - no choice
        """The kitchen as it is."""
        return KitchenStatus(
            capacity=self.capacity,
            waiting=self.orders.count(Status.CONFIRMED),
            cooking=self.orders.count(Status.COOKING),
            ready=self.orders.count(Status.READY),
        )
