"""The kitchen: how many orders may cook at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.pizzeria.domain.domain_errors import KitchenFullError
from mario_perf.pizzeria.domain.order import Order, Status

if TYPE_CHECKING:
    from mario_perf.pizzeria.application.interfaces import Clock
    from mario_perf.pizzeria.infrastructure.order_repository import Orders


@dataclass(frozen=True, slots=True)
class Kitchen:
    """Cooks orders and hands them out. Call it inside a transaction."""

    orders: Orders
    capacity: int
    clock: Clock

    def start(self, order_id: str) -> Order:
        """Put an order into the oven.

        Raises:
            OrderNotFoundError, TransitionError, KitchenFullError: it cannot go there now.
        """
        cooking = self.orders.get(order_id).start_cooking(self.clock())
        if self.orders.count(Status.COOKING) >= self.capacity:
            raise KitchenFullError
        self.orders.save(cooking)
        return cooking

    def finish(self, order_id: str) -> Order:
        """Take an order out of the oven.

        Raises:
            OrderNotFoundError, TransitionError: it is not in there.
        """
        ready = self.orders.get(order_id).mark_ready(self.clock())
        self.orders.save(ready)
        return ready
