"""The ASGI application: routers and middleware around a mediator."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import FastAPI

from mario_perf.pizzeria.api import (
    delivery_routes,
    health_routes,
    kitchen_routes,
    menu_routes,
    order_events,
    order_routes,
)
from mario_perf.pizzeria.api.body_limit import BodyLimitMiddleware
from mario_perf.pizzeria.api.mario_page import add_page
from mario_perf.pizzeria.api.problems import add_problem_details, document_problems
from mario_perf.pizzeria.observability.http_metrics import HttpMetricsMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable

    from mario_perf.pizzeria.application.announcements import Announcements
    from mario_perf.pizzeria.cqrs.mediator import Mediator
    from mario_perf.pizzeria.observability.http_metrics import HttpMetrics


def create_app(
    mediator: Mediator,
    http_metrics: HttpMetrics,
    exposition: Callable[[], bytes],
    announcements: Announcements,
) -> FastAPI:
    """The application; ``exposition`` renders all metrics, ``announcements`` are streamed."""
    app = FastAPI(
        title="Mario's Pizzeria",
        version="1.0",
        docs_url=None,  # FastAPI's page is from elsewhere
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.add_middleware(BodyLimitMiddleware)
    app.add_middleware(HttpMetricsMiddleware, metrics=http_metrics)
    add_problem_details(app)
    for routes in (menu_routes, order_routes, kitchen_routes, delivery_routes):
        app.include_router(
            routes.router(mediator), responses=document_problems(HTTPStatus.INTERNAL_SERVER_ERROR)
        )
    app.include_router(order_events.router(announcements))
    app.include_router(health_routes.router(exposition))
    add_page(app)
    return app
