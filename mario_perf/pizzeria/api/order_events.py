"""Orders as they change, as server-sent events."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import APIRouter, HTTPException
from fastapi.responses import StreamingResponse

from mario_perf.pizzeria.api.schemas import order_body
from mario_perf.pizzeria.application.announcements import END

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mario_perf.pizzeria.application.announcements import Announcements

PATH = "/api/events"
HEARTBEAT = 10.0
"""Seconds without news after which a comment is sent: one that is gone is noticed, and proxies wait."""

MOST_LISTENERS = 200
"""Streams at the same time. Each order is sent to each of them."""

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def router(announcements: Announcements) -> APIRouter:
    """The stream."""
    routes = APIRouter()

    @routes.get(PATH, include_in_schema=False)
    async def events() -> StreamingResponse:
        """Every order that changes from now on, as ``event: order`` with the order's body."""
        if announcements.listeners >= MOST_LISTENERS:
            raise HTTPException(
                HTTPStatus.SERVICE_UNAVAILABLE, "Too many listeners; try again later", {"Retry-After": "10"}
            )
        return StreamingResponse(_stream(announcements), media_type="text/event-stream", headers=HEADERS)

    return routes


async def _stream(announcements: Announcements) -> AsyncIterator[str]:
    with announcements.listen() as queue:
        yield "retry: 1000\n\n"  # milliseconds until a client that lost the stream comes back
        while True:
            try:
                order = await asyncio.wait_for(queue.get(), HEARTBEAT)
            except TimeoutError:
                yield ": nothing new\n\n"
                continue
            if order is END:
                return
            yield f"event: order\ndata: {order_body(order).model_dump_json(exclude_none=True)}\n\n"
