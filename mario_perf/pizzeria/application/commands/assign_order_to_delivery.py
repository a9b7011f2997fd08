"""Give a ready order to a courier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.requests import Command
from mario_perf.pizzeria.domain.order import Order

if TYPE_CHECKING:
    from mario_perf.pizzeria.application.interfaces import Transaction
    from mario_perf.pizzeria.infrastructure.order_repository import Orders


@dataclass(frozen=True, slots=True)
class AssignOrderToDeliveryCommand(Command[Order]):
    """This courier takes it."""

    order_id: str
    delivery_person_id: str


@dataclass(frozen=True, slots=True)
class AssignOrderToDeliveryHandler:
    """Sends the order on its way."""

    orders: Orders
    transaction: Transaction

    async def handle_async(self, request: AssignOrderToDeliveryCommand) -> Order:
        """The order, on its way.

        Raises:
            OrderNotFoundError, TransitionError: it is not ready.
        """
        with self.transaction():
            order = self.orders.get(request.order_id).assign(request.delivery_person_id)
            self.orders.save(order)
            return order
