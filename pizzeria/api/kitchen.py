"""The kitchen over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from fastapi import APIRouter

from pizzeria.api.schemas import KitchenBody, OrderBody, order_body
from pizzeria.application.queries.get_kitchen_status import GetKitchenStatusQuery
from pizzeria.application.queries.get_orders_by_status import GetOrdersByStatusQuery

if TYPE_CHECKING:
    from pizzeria.cqrs.mediator import Mediator


def router(mediator: Mediator) -> APIRouter:
    """Paths below ``/api/kitchen``."""
    routes = APIRouter(prefix="/api/kitchen", tags=["kitchen"])

    @routes.get("/status")
    async def get_status() -> KitchenBody:
        """How busy the kitchen is."""
        return KitchenBody(**asdict(await mediator.execute_async(GetKitchenStatusQuery())))

    @routes.get("/queue", response_model_exclude_none=True)
    async def get_queue() -> list[OrderBody]:
        """Orders that wait for the oven, oldest first."""
        return [
            order_body(order) for order in await mediator.execute_async(GetOrdersByStatusQuery("confirmed"))
        ]

    return routes
