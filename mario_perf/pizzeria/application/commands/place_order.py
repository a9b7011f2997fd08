"""Place an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.requests import Command
from mario_perf.pizzeria.domain.domain_errors import UnknownPizzaError
from mario_perf.pizzeria.domain.order import Customer, Order, Payment
from mario_perf.pizzeria.domain.pizza import Pizza, Size

if TYPE_CHECKING:
    from collections.abc import Callable

    from mario_perf.pizzeria.application.interfaces import BusinessEvents, Clock, Transaction
    from mario_perf.pizzeria.infrastructure.menu_repository import Menu
    from mario_perf.pizzeria.infrastructure.order_repository import Orders


@dataclass(frozen=True, slots=True)
class OrderedPizza:
    """One line of an order."""

    name: str
    size: Size
    toppings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlaceOrderCommand(Command[Order]):
    """Somebody wants pizza."""

    customer: Customer
    pizzas: tuple[OrderedPizza, ...]
    payment: Payment
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceOrderHandler:
    """Price the order by the menu and keep it."""

    menu: Menu
    orders: Orders
    transaction: Transaction
    events: BusinessEvents
    clock: Clock
    new_id: Callable[[], str]

    async def handle_async(self, request: PlaceOrderCommand) -> Order:
        """Keep the order.

        Raises:
            UnknownPizzaError: a pizza is not on the menu.
        """
        with self.transaction():
            order = Order(
                id=self.new_id(),
                customer=request.customer,
                pizzas=tuple(self._priced(each) for each in request.pizzas),
                payment=request.payment,
                ordered_at=self.clock(),
                notes=request.notes,
            )
            returning = self.orders.knows(request.customer.phone)
            self.orders.add(order)
        self.events.order_placed(order, returning=returning)
        return order

    def _priced(self, ordered: OrderedPizza) -> Pizza:
        offered = self.menu.by_name(ordered.name)
        if offered is None:
            raise UnknownPizzaError(ordered.name)
        return Pizza(offered.id, offered.name, ordered.size, ordered.toppings, offered.base_price)
