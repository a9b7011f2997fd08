"""What a scrape costs the service's event loop."""

from __future__ import annotations

import asyncio
import random
from functools import partial
from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING

from mario_perf.pizzeria.api.app import create_app
from mario_perf.pizzeria.application.announcements import Announcements
from mario_perf.pizzeria.cqrs.mediator import Mediator
from mario_perf.pizzeria.cqrs.metrics.execution_recorder import ExecutionRecorder
from mario_perf.pizzeria.cqrs.metrics.histogram_text import Exposition
from mario_perf.pizzeria.cqrs.metrics.text_format import page
from mario_perf.pizzeria.infrastructure.menu_repository import SEED
from mario_perf.pizzeria.observability.business_metrics import BusinessMetrics
from mario_perf.pizzeria.observability.http_metrics import UNMETERED, HttpMetrics
from mario_perf.pizzeria.observability.process_metrics import ProcessMetrics

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI
    from starlette.types import Message, Scope

OPERATIONS = 20
BUCKETS = 120
BOUNDS = tuple(10 ** (-1 + 5 * step / BUCKETS) for step in range(BUCKETS))  # milliseconds
STATUSES = ("200", "400", "422")  # of every route
EXECUTIONS = 1000  # of each operation before the first scrape, answered and failed
SCRAPES = 50

SCOPE: Scope = {
    "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "method": "GET",
    "path": "/metrics", "raw_path": b"/metrics", "root_path": "", "query_string": b"", "headers": [],
    "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
}  # fmt: skip


def measured() -> float:
    """Milliseconds of a ``GET /metrics``: 20 operations of 120 buckets, the pizzeria's HTTP and business.

    All of the application's part, from the request's first byte to handing the answer over; between any two
    scrapes something happens in every histogram of operations and of HTTP.
    """
    return asyncio.run(_measured())


async def _measured() -> float:
    app, work = _pizzeria()
    for _ in range(EXECUTIONS):
        work()
    await _scraped(app)  # once, as a service that is scraped has been
    spent = 0.0
    for _ in range(SCRAPES):
        work()
        spent += await _scraped(app)
    return spent / SCRAPES * 1e3


def _pizzeria() -> tuple[FastAPI, Callable[[], None]]:
    """An application with all metrics of the pizzeria, and what adds to each of their histograms."""
    recorder, http = ExecutionRecorder(BOUNDS), HttpMetrics()
    business = BusinessMetrics(5, lambda: 0, (name for name, _, _ in SEED))
    sources = (Exposition(recorder), http, business, ProcessMetrics())
    app = create_app(Mediator({}), http, partial(page, sources), Announcements())
    operations = [recorder.operation("command", f"Operation{number}Command") for number in range(OPERATIONS)]
    routes = [
        (method.upper(), path, status)
        for path, methods in app.openapi()["paths"].items()
        if path not in UNMETERED
        for method in methods
        for status in STATUSES
    ]
    rng = random.Random(1)  # noqa: S311 - no secrets

    def work() -> None:
        for operation in operations:
            recorder.succeeded(operation, rng.lognormvariate(0, 1))
            recorder.failed(operation, rng.lognormvariate(0, 1), "exception")
        for labels in routes:
            http.duration.observe(rng.lognormvariate(0, 1), *labels)

    return app, work


async def _scraped(app: FastAPI) -> float:
    """Seconds that it took."""

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] != HTTPStatus.OK:
            raise RuntimeError(f"the metrics were answered with {message['status']}")

    scope = dict(SCOPE)
    started = perf_counter()
    await app(scope, receive, send)
    return perf_counter() - started
