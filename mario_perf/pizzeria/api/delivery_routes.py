"""Delivery over HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import APIRouter

from mario_perf.pizzeria.api.problems import document_problems
from mario_perf.pizzeria.api.schemas import AssignBody, OrderBody, order_body
from mario_perf.pizzeria.application.commands.assign_order_to_delivery import AssignOrderToDeliveryCommand
from mario_perf.pizzeria.application.queries.get_delivery_orders import GetDeliveryOrdersQuery
from mario_perf.pizzeria.application.queries.get_delivery_tour import GetDeliveryTourQuery

if TYPE_CHECKING:
    from mario_perf.pizzeria.cqrs.mediator import Mediator

BAD, UNKNOWN = HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND


def router(mediator: Mediator) -> APIRouter:
    """Paths below ``/api/delivery``."""
    routes = APIRouter(prefix="/api/delivery", tags=["delivery"])

    @routes.get("/ready", response_model_exclude_none=True)
    async def get_ready() -> list[OrderBody]:
        """Orders that wait for a courier."""
        return [order_body(order) for order in await mediator.execute_async(GetDeliveryOrdersQuery())]

    @routes.get("/tour", response_model_exclude_none=True)
    async def get_tour(delivery_person_id: str) -> list[OrderBody]:
        """What a courier carries."""
        query = GetDeliveryTourQuery(delivery_person_id)
        return [order_body(order) for order in await mediator.execute_async(query)]

    @routes.post(
        "/{order_id}/assign", responses=document_problems(BAD, UNKNOWN), response_model_exclude_none=True
    )
    async def assign(order_id: str, body: AssignBody) -> OrderBody:
        """Give a ready order to a courier."""
        command = AssignOrderToDeliveryCommand(order_id, body.delivery_person_id)
        return order_body(await mediator.execute_async(command))

    return routes
