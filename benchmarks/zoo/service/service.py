"""A small service: each operation is the work of one library, timed by itself."""

from __future__ import annotations

import time

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, Histogram, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from workloads import WORKLOADS

DURATION = Histogram(
    "operation_duration_seconds",
    "Time of an operation.",
    ["operation", "status"],
    buckets=[10 ** (power / 30) for power in range(-150, 31)],
)
READY = {name: prepare() for name, prepare in WORKLOADS.items()}


async def work(request: Request) -> Response:
    """One operation."""
    name = request.path_params["name"]
    started = time.perf_counter()
    READY[name]()
    DURATION.labels(name, "ok").observe(time.perf_counter() - started)
    return PlainTextResponse("done")


async def metrics(_: Request) -> Response:
    """The histogram, for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def ready(_: Request) -> Response:
    """Answers once all libraries are loaded."""
    return PlainTextResponse("ready")


app = Starlette(routes=[Route("/metrics", metrics), Route("/ready", ready), Route("/work/{name}", work)])

if __name__ == "__main__":
    import sys

    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
