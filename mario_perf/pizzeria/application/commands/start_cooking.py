"""Start cooking an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.requests import Command
from mario_perf.pizzeria.domain.order import Order

if TYPE_CHECKING:
    from mario_perf.pizzeria.application.interfaces import Transaction
    from mario_perf.pizzeria.application.kitchen import Kitchen


@dataclass(frozen=True, slots=True)
class StartCookingCommand(Command[Order]):
    """Put it into the oven."""

    order_id: str


@dataclass(frozen=True, slots=True)
class StartCookingHandler:
    """Checks the oven's room and the order's state in one transaction."""

    kitchen: Kitchen
    transaction: Transaction

    async def handle_async(self, request: StartCookingCommand) -> Order:
        """The order, cooking.

        Raises:
            OrderNotFoundError, TransitionError, KitchenFullError: it cannot be cooked now.
        """
        with self.transaction():
            return self.kitchen.start(request.order_id)
