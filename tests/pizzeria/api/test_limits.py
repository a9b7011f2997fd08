"""Requests that would take the pizzeria's memory, or that no encoding holds."""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mario_perf.pizzeria.api import order_events
from mario_perf.pizzeria.api.body_limit import MOST
from mario_perf.pizzeria.application.announcements import Announcements
from mario_perf.pizzeria.bootstrap import bootstrap
from mario_perf.pizzeria.infrastructure.database import open_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ORDER = {
    "customer_name": "Ada",
    "customer_phone": "0123456789",
    "customer_address": "Via Roma 1",
    "pizzas": [{"name": "Margherita", "size": "small"}],
    "payment_method": "cash",
}


def answer(
    method: str, path: str, announcements: Announcements | None = None, **request: Any
) -> httpx.Response:
    """What the service says to one request, without a server."""

    async def asked() -> httpx.Response:
        with open_database(None) as connection:
            transport = httpx.ASGITransport(bootstrap(connection, announcements or Announcements()))
            async with httpx.AsyncClient(transport=transport, base_url="http://pizzeria") as client:
                return await client.request(method, path, **request)

    return asyncio.run(asked())


def place(content: bytes | AsyncIterator[bytes]) -> httpx.Response:
    return answer("POST", "/api/orders/", content=content, headers={"Content-Type": "application/json"})


def padded(size: int) -> bytes:
    return json.dumps(ORDER).encode().ljust(size)


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 1 << 16):
        yield body[start : start + (1 << 16)]


def test_a_body_of_the_largest_size_is_taken() -> None:
    assert place(padded(MOST)).status_code == 201


@pytest.mark.parametrize("announced", [True, False])
def test_a_larger_body_is_refused_announced_or_not(*, announced: bool) -> None:
    body = padded(MOST + 1)
    refused = place(body if announced else pieces(body))
    assert refused.status_code == 413
    assert refused.json()["detail"] == "The body is larger than 1024 KiB"


@pytest.mark.parametrize(
    "change",
    [
        {"customer_name": "\ud800"},
        {"notes": "a\udfffb"},
        {"payment_method": "\ud800"},
        {"pizzas": ["\ud800"]},
    ],
)
def test_a_lone_surrogate_is_an_invalid_body(change: dict[str, Any]) -> None:
    refused = place(json.dumps(ORDER | change).encode())
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"][:2] == ["body", next(iter(change))]


@pytest.mark.parametrize("body", [b"\xff\xfe", b'{"customer_name": "\xe9"}', b"\x80" * 1000])
def test_a_body_that_is_not_utf_8_is_an_invalid_body(body: bytes) -> None:
    refused = place(body)
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"][0] == "body"


def test_a_listener_too_many_is_asked_to_come_back() -> None:
    announcements = Announcements()
    with ExitStack() as stack:
        for _ in range(order_events.MOST_LISTENERS):
            stack.enter_context(announcements.listen())
        refused = answer("GET", "/api/events", announcements)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
