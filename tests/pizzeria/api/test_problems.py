"""Errors that nobody foresaw."""

from __future__ import annotations

import asyncio

import httpx

from mario_perf.pizzeria.application.announcements import Announcements
from mario_perf.pizzeria.bootstrap import bootstrap
from mario_perf.pizzeria.infrastructure.database import open_database
from tests.pizzeria.series import samples


async def answers_without_a_database() -> list[httpx.Response]:
    """What the service says to a question and to a scrape after its database went away."""
    with open_database(None) as connection:
        app = bootstrap(connection, Announcements())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://pizzeria") as client:
        return [await client.get("/api/menu/"), await client.get("/metrics")]


def test_an_unforeseen_error_is_a_500_that_gives_nothing_away_and_is_counted() -> None:
    menu, metrics = asyncio.run(answers_without_a_database())
    assert (menu.status_code, menu.headers["content-type"]) == (500, "application/problem+json")
    assert menu.json()["detail"] == "The pizzeria failed; its log says why"
    found = samples(metrics.text)
    failed = {"operation": "query", "type": "GetMenuQuery", "error_type": "exception"}
    assert found["cqrs_executions_failures_executions_total", frozenset(failed.items())] == 1
    http = {"http_method": "GET", "http_target": "/api/menu/", "http_status_code": "500"}
    assert found["http_server_duration_milliseconds_count", frozenset(http.items())] == 1
