"""What watches the service: health, readiness and metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


def router(exposition: Callable[[], bytes]) -> APIRouter:
    """Paths outside of the business."""
    routes = APIRouter(tags=["operations"])

    @routes.get("/health")
    @routes.get("/ready")
    async def health() -> dict[str, str]:
        """Whether the service is up."""
        return {"status": "healthy"}

    @routes.get("/metrics", response_class=PlainTextResponse)
    @routes.get("/api/metrics", response_class=PlainTextResponse)
    async def metrics() -> PlainTextResponse:
        """Everything that is measured, as Prometheus text."""
        return PlainTextResponse(exposition(), media_type=TEXT_FORMAT)

    return routes
