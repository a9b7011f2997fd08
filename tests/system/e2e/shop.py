"""``python shop.py PORT FAILING OUTSIDE``: a service whose histogram tells no failures.

Of its orders every ``FAILING``-th is answered 503 (0: none). A request for books takes ``OUTSIDE``
seconds more before it comes to its handler, which measures itself alone.
"""

import asyncio
import itertools
import sys

import uvicorn
from prometheus_client import Histogram, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

BUCKETS = [10 ** (power / 20) for power in range(-80, 21)]
DURATIONS = Histogram("http_request_duration_seconds", "durations", ["method", "route"], buckets=BUCKETS)


def shop(failing: int) -> Starlette:
    orders = itertools.count(1)

    async def sell(request: Request) -> Response:
        with DURATIONS.labels("GET", request.url.path).time():
            await asyncio.sleep(0.002)
            fails = request.url.path == "/orders" and failing and next(orders) % failing == 0
            return JSONResponse([], 503 if fails else 200)

    async def metrics(_: Request) -> Response:
        return PlainTextResponse(generate_latest())

    return Starlette(routes=[Route("/books", sell), Route("/orders", sell), Route("/metrics", metrics)])


def slowed(app: ASGIApp, outside: float) -> ASGIApp:
    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") == "/books":
            await asyncio.sleep(outside)
        await app(scope, receive, send)

    return answered


if __name__ == "__main__":
    port, failing, outside = sys.argv[1:]
    app = slowed(shop(int(failing)), float(outside))
    uvicorn.run(app, port=int(port), lifespan="off", log_level="warning")
