"""Where everything is put together, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from mario_perf.pizzeria.api.app import create_app
from mario_perf.pizzeria.application.announcements import Announcements, AnnouncingBehavior
from mario_perf.pizzeria.application.commands.add_pizza import AddPizzaCommand, AddPizzaHandler
from mario_perf.pizzeria.application.commands.assign_order_to_delivery import (
    AssignOrderToDeliveryCommand,
    AssignOrderToDeliveryHandler,
)
from mario_perf.pizzeria.application.commands.complete_order import CompleteOrderCommand, CompleteOrderHandler
from mario_perf.pizzeria.application.commands.place_order import PlaceOrderCommand, PlaceOrderHandler
from mario_perf.pizzeria.application.commands.remove_pizza import RemovePizzaCommand, RemovePizzaHandler
from mario_perf.pizzeria.application.commands.start_cooking import StartCookingCommand, StartCookingHandler
from mario_perf.pizzeria.application.commands.update_order_status import (
    UpdateOrderStatusCommand,
    UpdateOrderStatusHandler,
)
from mario_perf.pizzeria.application.commands.update_pizza import UpdatePizzaCommand, UpdatePizzaHandler
from mario_perf.pizzeria.application.kitchen import Kitchen
from mario_perf.pizzeria.application.queries.get_active_orders import (
    GetActiveOrdersHandler,
    GetActiveOrdersQuery,
)
from mario_perf.pizzeria.application.queries.get_delivery_orders import (
    GetDeliveryOrdersHandler,
    GetDeliveryOrdersQuery,
)
from mario_perf.pizzeria.application.queries.get_delivery_tour import (
    GetDeliveryTourHandler,
    GetDeliveryTourQuery,
)
from mario_perf.pizzeria.application.queries.get_kitchen_status import (
    GetKitchenStatusHandler,
    GetKitchenStatusQuery,
)
from mario_perf.pizzeria.application.queries.get_menu import GetMenuHandler, GetMenuQuery
from mario_perf.pizzeria.application.queries.get_order_by_id import GetOrderByIdHandler, GetOrderByIdQuery
from mario_perf.pizzeria.application.queries.get_orders_by_status import (
    GetOrdersByStatusHandler,
    GetOrdersByStatusQuery,
)
from mario_perf.pizzeria.cqrs.faults import FaultInjectionBehavior
from mario_perf.pizzeria.cqrs.metrics import add_cqrs_metrics
from mario_perf.pizzeria.cqrs.metrics.histogram_text import Exposition
from mario_perf.pizzeria.cqrs.metrics.text_format import page
from mario_perf.pizzeria.cqrs.services import ServiceCollection
from mario_perf.pizzeria.domain.order import Status
from mario_perf.pizzeria.infrastructure.database import transaction
from mario_perf.pizzeria.infrastructure.fault_queries import FaultQueries
from mario_perf.pizzeria.infrastructure.menu_repository import Menu, new_id
from mario_perf.pizzeria.infrastructure.order_repository import Orders
from mario_perf.pizzeria.observability.business_metrics import BusinessMetrics
from mario_perf.pizzeria.observability.http_metrics import HttpMetrics
from mario_perf.pizzeria.observability.process_metrics import ProcessMetrics
from mario_perf.pizzeria.observability.statement_counts import StatementCountBehavior

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from fastapi import FastAPI

    from mario_perf.pizzeria.cqrs.faults import Fault

KITCHEN_CAPACITY = 5

OPERATIONS: tuple[str, ...] = tuple(
    request.__name__
    for request in (
        PlaceOrderCommand,
        StartCookingCommand,
        CompleteOrderCommand,
        AssignOrderToDeliveryCommand,
        UpdateOrderStatusCommand,
        AddPizzaCommand,
        UpdatePizzaCommand,
        RemovePizzaCommand,
        GetMenuQuery,
        GetOrderByIdQuery,
        GetActiveOrdersQuery,
        GetOrdersByStatusQuery,
        GetDeliveryOrdersQuery,
        GetDeliveryTourQuery,
        GetKitchenStatusQuery,
    )
)
"""Names of all commands and queries."""


def bootstrap(
    connection: sqlite3.Connection,
    announcements: Announcements,
    kitchen_capacity: int = KITCHEN_CAPACITY,
    faults: Mapping[str, Fault] | None = None,
    fault_seed: int = 0,
) -> FastAPI:
    """The whole service around a database that is open; ``faults`` by operation name.

    Changed orders are sent to the listeners of ``announcements``.

    Raises:
        sqlite3.Error: the database cannot be written.
    """
    menu = Menu(connection)
    menu.seed()
    services = ServiceCollection()
    orders = Orders(connection)
    pizzas = (pizza.name for pizza in menu.all())
    business = BusinessMetrics(kitchen_capacity, partial(orders.count, Status.COOKING), pizzas)
    _add_handlers(services, connection, menu, orders, business, kitchen_capacity)
    statements = StatementCountBehavior(services.handlers)
    services.behaviors.append(statements)
    recorder = add_cqrs_metrics(services)
    # Outside of what is timed: telling listeners is no part of the operation.
    services.behaviors.insert(0, AnnouncingBehavior(announcements))
    if faults:
        services.behaviors.append(FaultInjectionBehavior(faults, FaultQueries(connection), fault_seed))
    http = HttpMetrics()
    exposition = partial(page, (Exposition(recorder), http, business, statements, ProcessMetrics()))
    return create_app(services.build_mediator(), http, exposition, announcements)


def _add_handlers(
    services: ServiceCollection,
    connection: sqlite3.Connection,
    menu: Menu,
    orders: Orders,
    events: BusinessMetrics,
    capacity: int,
) -> None:
    kitchen = Kitchen(orders, capacity, _now)
    atomic = partial(transaction, connection)
    services.handlers |= {
        PlaceOrderCommand: PlaceOrderHandler(menu, orders, atomic, events, _now, new_id),
        StartCookingCommand: StartCookingHandler(kitchen, atomic),
        CompleteOrderCommand: CompleteOrderHandler(kitchen, atomic, events),
        AssignOrderToDeliveryCommand: AssignOrderToDeliveryHandler(orders, atomic),
        UpdateOrderStatusCommand: UpdateOrderStatusHandler(orders, kitchen, atomic, events, _now),
        AddPizzaCommand: AddPizzaHandler(menu, new_id),
        UpdatePizzaCommand: UpdatePizzaHandler(menu, atomic),
        RemovePizzaCommand: RemovePizzaHandler(menu),
        GetMenuQuery: GetMenuHandler(menu),
        GetOrderByIdQuery: GetOrderByIdHandler(orders),
        GetActiveOrdersQuery: GetActiveOrdersHandler(orders),
        GetOrdersByStatusQuery: GetOrdersByStatusHandler(orders),
        GetDeliveryOrdersQuery: GetDeliveryOrdersHandler(orders),
        GetDeliveryTourQuery: GetDeliveryTourHandler(orders),
        GetKitchenStatusQuery: GetKitchenStatusHandler(orders, capacity),
    }


def _now() -> datetime:
    return datetime.now(UTC)
