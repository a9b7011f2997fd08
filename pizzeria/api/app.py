"""The ASGI application: routers and middleware around a mediator."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import FastAPI

from pizzeria.api import delivery, kitchen, menu, operations, orders
from pizzeria.api.problems import add_problem_details, documented
from pizzeria.observability.http import HttpMetricsMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable

    from pizzeria.cqrs.mediator import Mediator
    from pizzeria.observability.http import HttpMetrics


def create_app(mediator: Mediator, http_metrics: HttpMetrics, exposition: Callable[[], str]) -> FastAPI:
    """The application; ``exposition`` renders all metrics."""
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
    app.include_router(operations.router(exposition))
    return app
