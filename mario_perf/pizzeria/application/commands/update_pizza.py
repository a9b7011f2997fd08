"""Change a pizza on the menu."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.requests import Command
from mario_perf.pizzeria.domain.pizza import Pizza, size_of

if TYPE_CHECKING:
    from decimal import Decimal

    from mario_perf.pizzeria.application.interfaces import Transaction
    from mario_perf.pizzeria.infrastructure.menu_repository import Menu


@dataclass(frozen=True, slots=True)
class UpdatePizzaCommand(Command[Pizza]):
    """What is None stays as it is."""

    pizza_id: str
    name: str | None = None
    base_price: Decimal | None = None
    size: str | None = None
    toppings: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class UpdatePizzaHandler:
    """Changes what is given."""

    menu: Menu
    transaction: Transaction

    async def handle_async(self, request: UpdatePizzaCommand) -> Pizza:
        """The pizza as it is now.

        Raises:
            PizzaNotFoundError: there is none of this id.
            InvalidPizzaError: no such size, or a price that cannot be.
            DuplicatePizzaError: another has this name.
        """
        with self.transaction():
            pizza = self.menu.get(request.pizza_id)
            changed = replace(
                pizza,
                name=pizza.name if request.name is None else request.name,
                base_price=pizza.base_price if request.base_price is None else request.base_price,
                size=pizza.size if request.size is None else size_of(request.size),
                toppings=pizza.toppings if request.toppings is None else request.toppings,
            )
            self.menu.update(changed)
        return changed
