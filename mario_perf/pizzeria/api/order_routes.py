"""Orders over HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import APIRouter

from mario_perf.pizzeria.api.problems import document_problems
from mario_perf.pizzeria.api.schemas import OrderBody, PlaceOrderBody, StatusBody, order_body
from mario_perf.pizzeria.application.commands.complete_order import CompleteOrderCommand
from mario_perf.pizzeria.application.commands.place_order import OrderedPizza, PlaceOrderCommand
from mario_perf.pizzeria.application.commands.start_cooking import StartCookingCommand
from mario_perf.pizzeria.application.commands.update_order_status import UpdateOrderStatusCommand
from mario_perf.pizzeria.application.queries.get_active_orders import GetActiveOrdersQuery
from mario_perf.pizzeria.application.queries.get_order_by_id import GetOrderByIdQuery
from mario_perf.pizzeria.application.queries.get_orders_by_status import GetOrdersByStatusQuery
from mario_perf.pizzeria.domain.order import Customer

if TYPE_CHECKING:
    from mario_perf.pizzeria.cqrs.mediator import Mediator

BAD, UNKNOWN = HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND


def router(mediator: Mediator) -> APIRouter:
    """Paths below ``/api/orders``."""
    routes = APIRouter(prefix="/api/orders", tags=["orders"])

    @routes.post(
        "/",
        status_code=HTTPStatus.CREATED,
        responses=document_problems(BAD),
        response_model_exclude_none=True,
    )
    async def place_order(body: PlaceOrderBody) -> OrderBody:
        """Place an order."""
        return order_body(await mediator.execute_async(_command(body)))

    @routes.get("/", responses=document_problems(BAD), response_model_exclude_none=True)
    async def get_orders(status: str | None = None) -> list[OrderBody]:
        """The active orders, or those in one status."""
        query = GetActiveOrdersQuery() if status is None else GetOrdersByStatusQuery((status,))
        return [order_body(order) for order in await mediator.execute_async(query)]

    @routes.get("/{order_id}", responses=document_problems(UNKNOWN), response_model_exclude_none=True)
    async def get_order(order_id: str) -> OrderBody:
        """One order."""
        return order_body(await mediator.execute_async(GetOrderByIdQuery(order_id)))

    @routes.put(
        "/{order_id}/cook", responses=document_problems(BAD, UNKNOWN), response_model_exclude_none=True
    )
    async def start_cooking(order_id: str) -> OrderBody:
        """Start cooking an order."""
        return order_body(await mediator.execute_async(StartCookingCommand(order_id)))

    @routes.put(
        "/{order_id}/ready", responses=document_problems(BAD, UNKNOWN), response_model_exclude_none=True
    )
    async def complete_order(order_id: str) -> OrderBody:
        """Mark an order ready."""
        return order_body(await mediator.execute_async(CompleteOrderCommand(order_id)))

    @routes.put(
        "/{order_id}/status", responses=document_problems(BAD, UNKNOWN), response_model_exclude_none=True
    )
    async def update_status(order_id: str, body: StatusBody) -> OrderBody:
        """Move an order to a status."""
        return order_body(await mediator.execute_async(UpdateOrderStatusCommand(order_id, body.status)))

    return routes


def _command(body: PlaceOrderBody) -> PlaceOrderCommand:
    return PlaceOrderCommand(
        customer=Customer(
            body.customer_name, body.customer_phone, body.customer_address, body.customer_email
        ),
        pizzas=tuple(OrderedPizza(each.name, each.size, each.toppings) for each in body.pizzas),
        payment=body.payment_method,
        notes=body.notes,
    )
