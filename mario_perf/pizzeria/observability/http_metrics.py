"""HTTP requests by route template, method and status: an ASGI middleware."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from mario_perf.pizzeria.observability.metric_families import Histograms, Numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BOUNDS = (0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000)  # milliseconds
UNMETERED = frozenset({"/metrics", "/api/metrics", "/health", "/ready", "/api/events"})
"""Requests of monitoring are not the service's work; a stream of events is under way for hours."""


class HttpMetrics:
    """The two families of the HTTP layer."""

    def __init__(self) -> None:
        self.duration = Histograms(
            "http_server_duration_milliseconds",
            "Time to answer HTTP requests",
            BOUNDS,
            ("http_method", "http_target", "http_status_code"),
        )
        self.active = Numbers(
            "http_server_active_requests", "gauge", "HTTP requests under way", ("http_method",)
        )

    def lines(self) -> Iterator[bytes]:
        """As Prometheus text."""
        yield from self.duration.lines()
        yield from self.active.lines()


class HttpMetricsMiddleware:
    """Times each request until its last byte was handed over."""

    def __init__(self, app: ASGIApp, metrics: HttpMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and time it unless it is one of those that watch."""
        if scope["type"] != "http" or scope["path"] in UNMETERED:
            await self._app(scope, receive, send)
            return
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"]
        self._metrics.active.add(1, method)
        started = perf_counter()
        try:
            await self._app(scope, receive, noting)
        finally:
            milliseconds = (perf_counter() - started) * 1e3
            self._metrics.active.add(-1, method)
            self._metrics.duration.observe(milliseconds, method, _target(scope), str(status))


def _target(scope: Scope) -> str:
    """The route's template: paths themselves would make a series for every order."""
    route = scope.get("route")
    return str(route.path) if route is not None else scope.get("root_path") or "unmatched"
