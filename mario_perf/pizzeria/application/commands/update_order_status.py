"""Move an order to a status that is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.requests import Command
from mario_perf.pizzeria.domain.domain_errors import UnknownStatusError
from mario_perf.pizzeria.domain.order import Order, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from mario_perf.pizzeria.application.interfaces import BusinessEvents, Clock, Transaction
    from mario_perf.pizzeria.application.kitchen import Kitchen
    from mario_perf.pizzeria.infrastructure.order_repository import Orders


@dataclass(frozen=True, slots=True)
class UpdateOrderStatusCommand(Command[Order]):
    """To ``cooking``, ``ready``, ``delivered`` or ``cancelled``."""

    order_id: str
    status: str


@dataclass(frozen=True, slots=True)
class UpdateOrderStatusHandler:
    """The step that leads to the status, whichever it is."""

    orders: Orders
    kitchen: Kitchen
    transaction: Transaction
    events: BusinessEvents
    clock: Clock

    async def handle_async(self, request: UpdateOrderStatusCommand) -> Order:
        """The order in its new status.

        Raises:
            OrderNotFoundError, TransitionError, KitchenFullError: it cannot be moved there now.
            UnknownStatusError: no step leads to this status.
        """
        steps: dict[str, Callable[[str], Order]] = {
            Status.COOKING: self.kitchen.start,
            Status.READY: self.kitchen.finish,
            Status.DELIVERED: self._deliver,
            Status.CANCELLED: self._cancel,
        }
        step = steps.get(request.status.lower())
        if step is None:
            raise UnknownStatusError(request.status)
        with self.transaction():
            order = step(request.order_id)
        if order.status is Status.READY:
            self.events.order_ready(order)
        if order.status is Status.DELIVERED:
            self.events.order_delivered(order)
        return order

    def _deliver(self, order_id: str) -> Order:
        return self._saved(self.orders.get(order_id).deliver(self.clock()))

    def _cancel(self, order_id: str) -> Order:
        return self._saved(self.orders.get(order_id).cancel())

    def _saved(self, order: Order) -> Order:
        self.orders.save(order)
        return order
