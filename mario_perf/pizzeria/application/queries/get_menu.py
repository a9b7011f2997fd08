"""What is on the menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.requests import Query
from mario_perf.pizzeria.domain.pizza import Pizza

if TYPE_CHECKING:
    from mario_perf.pizzeria.infrastructure.menu_repository import Menu


@dataclass(frozen=True, slots=True)
class GetMenuQuery(Query[tuple[Pizza, ...]]):
    """Every pizza."""


@dataclass(frozen=True, slots=True)
class GetMenuHandler:
    """Reads the menu."""

    menu: Menu

    async def handle_async(self, request: GetMenuQuery) -> tuple[Pizza, ...]:  # noqa: ARG002 - asks for all
        """Every pizza, by name."""
        return self.menu.all()
