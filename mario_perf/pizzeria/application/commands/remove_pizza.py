"""Take a pizza off the menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.requests import Command

if TYPE_CHECKING:
    from mario_perf.pizzeria.infrastructure.menu_repository import Menu


@dataclass(frozen=True, slots=True)
class RemovePizzaCommand(Command[None]):
    """Takes a pizza off the menu."""

    pizza_id: str


@dataclass(frozen=True, slots=True)
class RemovePizzaHandler:
    """Removes the pizza; orders keep their own copy."""

    menu: Menu

    async def handle_async(self, request: RemovePizzaCommand) -> None:
        """Nothing.

        Raises:
            PizzaNotFoundError: there is none of this id.
        """
        self.menu.remove(request.pizza_id)
