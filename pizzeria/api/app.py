"""The ASGI application: routers and middleware around a mediator."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import FastAPI

from pizzeria.api import delivery, kitchen, live, menu, operations, orders
from pizzeria.api.page import add_page
from pizzeria.api.problems import add_problem_details, documented
from pizzeria.observability.http import HttpMetricsMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable

    from pizzeria.application.announcements import Announcements
    from pizzeria.cqrs.mediator import Mediator
    from pizzeria.observability.http import HttpMetrics


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
        docs_url="/api/docs",
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.add_middleware(HttpMetricsMiddleware, metrics=http_metrics)
    add_problem_details(app)
    for routes in (menu, orders, kitchen, delivery):
        app.include_router(routes.router(mediator), responses=documented(HTTPStatus.INTERNAL_SERVER_ERROR))
    app.include_router(live.router(announcements))
    app.include_router(operations.router(exposition))
    add_page(app)
    return app
