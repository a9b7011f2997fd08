"""Mark an order ready."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.requests import Command
from mario_perf.pizzeria.domain.order import Order

if TYPE_CHECKING:
    from mario_perf.pizzeria.application.interfaces import BusinessEvents, Transaction
    from mario_perf.pizzeria.application.kitchen import Kitchen


@dataclass(frozen=True, slots=True)
class CompleteOrderCommand(Command[Order]):
    """Take it out of the oven."""

    order_id: str


@dataclass(frozen=True, slots=True)
class CompleteOrderHandler:
    """Hands the order out."""

    kitchen: Kitchen
    transaction: Transaction
    events: BusinessEvents

    async def handle_async(self, request: CompleteOrderCommand) -> Order:
        """The order, ready.

        Raises:
            OrderNotFoundError, TransitionError: it is not cooking.
        """
        with self.transaction():
            order = self.kitchen.finish(request.order_id)
        self.events.order_ready(order)
        return order
