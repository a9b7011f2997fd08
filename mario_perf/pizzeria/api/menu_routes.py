"""The menu over HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import APIRouter

from mario_perf.pizzeria.api.problems import document_problems
from mario_perf.pizzeria.api.schemas import (
    AddPizzaBody,
    PizzaBody,
    RemovePizzaBody,
    UpdatePizzaBody,
    pizza_body,
)
from mario_perf.pizzeria.application.commands.add_pizza import AddPizzaCommand
from mario_perf.pizzeria.application.commands.remove_pizza import RemovePizzaCommand
from mario_perf.pizzeria.application.commands.update_pizza import UpdatePizzaCommand
from mario_perf.pizzeria.application.queries.get_menu import GetMenuQuery

if TYPE_CHECKING:
    from mario_perf.pizzeria.cqrs.mediator import Mediator

BAD, UNKNOWN, TAKEN = HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT


def router(mediator: Mediator) -> APIRouter:
    """Paths below ``/api/menu``."""
    routes = APIRouter(prefix="/api/menu", tags=["menu"])

    @routes.get("/")
    async def get_menu() -> list[PizzaBody]:
        """Every pizza on offer."""
        return [pizza_body(pizza) for pizza in await mediator.execute_async(GetMenuQuery())]

    @routes.post("/add", status_code=HTTPStatus.CREATED, responses=document_problems(BAD, TAKEN))
    async def add_pizza(body: AddPizzaBody) -> PizzaBody:
        """Put a pizza on the menu."""
        command = AddPizzaCommand(body.name, body.base_price, body.size, body.toppings)
        return pizza_body(await mediator.execute_async(command))

    @routes.put("/update", responses=document_problems(BAD, UNKNOWN, TAKEN))
    async def update_pizza(body: UpdatePizzaBody) -> PizzaBody:
        """Change a pizza."""
        command = UpdatePizzaCommand(body.pizza_id, body.name, body.base_price, body.size, body.toppings)
        return pizza_body(await mediator.execute_async(command))

    @routes.delete("/remove", status_code=HTTPStatus.NO_CONTENT, responses=document_problems(UNKNOWN))
    async def remove_pizza(body: RemovePizzaBody) -> None:
        """Take a pizza off the menu."""
        await mediator.execute_async(RemovePizzaCommand(body.pizza_id))

    return routes
