"""Put a pizza on the menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.requests import Command
from mario_perf.pizzeria.domain.pizza import Pizza, size_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from mario_perf.pizzeria.infrastructure.menu_repository import Menu


@dataclass(frozen=True, slots=True)
class AddPizzaCommand(Command[Pizza]):
    """A new pizza."""

    name: str
    base_price: Decimal
    size: str
    toppings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddPizzaHandler:
    """Keeps it."""

    menu: Menu
    new_id: Callable[[], str]

    async def handle_async(self, request: AddPizzaCommand) -> Pizza:
        """The pizza as it stands on the menu.

        Raises:
            InvalidPizzaError: no such size, or a price that cannot be.
            DuplicatePizzaError: there is one of this name.
        """
        size = size_of(request.size)
        pizza = Pizza(self.new_id(), request.name, size, request.toppings, request.base_price)
        self.menu.add(pizza)
        return pizza
