"""``python neuroglia_pizzeria.py PORT``: the pizzeria with what is otherwise on Neuroglia.

It shows no tours, refuses ``delivered`` before any handler, and finds ready orders by their status. These
were read off the real service.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mario_perf.pizzeria.application.announcements import Announcements
from mario_perf.pizzeria.bootstrap import bootstrap
from mario_perf.pizzeria.infrastructure.database import open_database

UNSUPPORTED = {
    "title": "Bad Request",
    "status": 400,
    "detail": "Unsupported status transition",
    "type": "about:blank",
}
PROBLEM = "application/problem+json"


def otherwise(app: ASGIApp) -> ASGIApp:
    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path == "/api/delivery/tour":
            await PlainTextResponse("Not Found", 404)(scope, receive, send)
        elif path == "/api/delivery/ready":
            other = {"path": "/api/orders/", "raw_path": b"/api/orders/", "query_string": b"status=ready"}
            await app({**scope, **other}, receive, send)
        elif path.startswith("/api/orders/") and path.endswith("/status"):
            body = await _body(receive)
            if json.loads(body).get("status") in {"delivered", "cancelled"}:
                await JSONResponse(UNSUPPORTED, 400, media_type=PROBLEM)(scope, receive, send)
            else:
                await app(scope, _once(body), send)
        else:
            await app(scope, receive, send)

    return answered


async def _body(receive: Receive) -> bytes:
    read = b""
    while True:
        message = await receive()
        read += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return read


def _once(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


if __name__ == "__main__":
    with TemporaryDirectory() as folder, open_database(Path(folder) / "orders.db") as connection:
        app = otherwise(bootstrap(connection, Announcements()))
        uvicorn.run(app, port=int(sys.argv[1]), lifespan="off", log_level="warning")
