"""``python refusing_pizzeria.py PORT``: the pizzeria behind a layer that refuses every third order."""

import itertools
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mario_perf.pizzeria.application.announcements import Announcements
from mario_perf.pizzeria.bootstrap import bootstrap
from mario_perf.pizzeria.infrastructure.database import open_database


def refusing(app: ASGIApp) -> ASGIApp:
    orders = itertools.count(1)

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        placed = (scope.get("method"), scope.get("path")) == ("POST", "/api/orders/")
        refused = placed and next(orders) % 3 == 0
        await (PlainTextResponse("no", 422) if refused else app)(scope, receive, send)

    return answered


if __name__ == "__main__":
    with TemporaryDirectory() as folder, open_database(Path(folder) / "orders.db") as connection:
        app = refusing(bootstrap(connection, Announcements()))
        uvicorn.run(app, port=int(sys.argv[1]), lifespan="off", log_level="warning")
