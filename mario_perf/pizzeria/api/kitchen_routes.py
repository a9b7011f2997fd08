"""The kitchen over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from fastapi import APIRouter

from mario_perf.pizzeria.api.schemas import KitchenBody, OrderBody, order_body
from mario_perf.pizzeria.application.queries.get_kitchen_status import GetKitchenStatusQuery
from mario_perf.pizzeria.application.queries.get_orders_by_status import GetOrdersByStatusQuery
from mario_perf.pizzeria.domain.order import Status

if TYPE_CHECKING:
    from mario_perf.pizzeria.cqrs.mediator import Mediator

QUEUE = 50
"""Orders that the kitchen sees."""


def router(mediator: Mediator) -> APIRouter:
    """Paths below ``/api/kitchen``."""
    routes = APIRouter(prefix="/api/kitchen", tags=["kitchen"])

    @routes.get("/status")
    async def get_status() -> KitchenBody:
        """How busy the kitchen is."""
        status = await mediator.execute_async(GetKitchenStatusQuery())
        return KitchenBody(**asdict(status))

    @routes.get("/queue", response_model_exclude_none=True)
    async def get_queue() -> list[OrderBody]:
        """Orders that wait for the oven or are in it, oldest first."""
        query = GetOrdersByStatusQuery((Status.CONFIRMED, Status.COOKING), limit=QUEUE)
        return [order_body(order) for order in await mediator.execute_async(query)]

    return routes
