"""Instrumentations by the names of their histograms: what they are called, and what makes them tell more."""

from __future__ import annotations

import re
from dataclasses import dataclass

GUESS = "a guess"
"""The title of what no known instrumentation exposes."""


@dataclass(frozen=True, slots=True)
class Instrumentation:
    """``hint`` makes its histograms tell more, ``buckets`` gives it histograms where it has summaries."""

    title: str
    pattern: str
    hint: str | None = None
    buckets: str | None = None


_MICROMETER = "Micrometer: set management.metrics.distribution.percentiles-histogram.{}=true"

INSTRUMENTATIONS: tuple[Instrumentation, ...] = (
    Instrumentation("Neuroglia CQRS", r"cqrs_execution_duration_milliseconds"),
    Instrumentation("OpenTelemetry HTTP", r"http[._]server[._]request[._]duration(_seconds)?"),
    Instrumentation("OpenTelemetry HTTP, old names", r"http[._]server[._]duration(_milliseconds|_ms)?"),
    Instrumentation("OpenTelemetry RPC", r"rpc[._]server[._](call[._])?duration.*"),
    Instrumentation("OpenTelemetry messaging", r"messaging[._].*"),
    Instrumentation(
        "spanmetrics", r"traces[._]span[._]?metrics[._].*|(calls_)?latency_bucket|duration_milliseconds"
    ),
    Instrumentation(
        "Micrometer",
        r"http_server_requests_seconds",
        buckets=_MICROMETER.format("http.server.requests"),
    ),
    Instrumentation(
        "prometheus-fastapi-instrumentator",
        r"http_request_duration_(highr_)?seconds",
        hint=(
            "prometheus-fastapi-instrumentator has three buckets by default, 0.1, 0.5 and 1 s: "
            "instrument(latency_lowr_buckets=...)"
        ),
    ),
    Instrumentation("gRPC", r"grpc_server_.*"),
    Instrumentation("Django", r"django_http_.*"),
    Instrumentation("Starlette", r"starlette_.*"),
    Instrumentation("Flask", r"flask_http_.*"),
    Instrumentation("MassTransit", r"mt_.*|messaging_masstransit_.*"),
    Instrumentation("NServiceBus", r"nservicebus_.*"),
    Instrumentation("Wolverine", r"wolverine[._-].*"),
    Instrumentation("Axon", r".*(commandBus|queryBus|eventProcessor|eventBus|command_bus|query_bus).*"),
    Instrumentation("Temporal", r"temporal_.*"),
    Instrumentation("Celery", r"(celery|flower)_.*"),
    Instrumentation("Sidekiq", r"(.*_)?sidekiq_.*"),
    Instrumentation("Oban", r".*oban_.*"),
    Instrumentation("Phoenix", r".*phoenix_.*"),
    Instrumentation("Rails", r"rails_.*"),
    Instrumentation("Envoy", r"envoy_.*"),
    Instrumentation("Istio", r"istio_.*"),
    Instrumentation("Traefik", r"traefik_.*"),
    Instrumentation("ingress-nginx", r"nginx_ingress_.*"),
    Instrumentation("Vert.x", r"vertx_http_.*"),
    Instrumentation("Ktor", r"ktor_http_.*"),
)
TITLES = (*(each.title for each in INSTRUMENTATIONS), GUESS)


def of(name: str) -> Instrumentation:
    """The instrumentation that calls a histogram so."""
    found = (each for each in INSTRUMENTATIONS if re.fullmatch(each.pattern, name))
    return next(found, Instrumentation(GUESS, ""))


def buckets_by(name: str) -> str:
    """What gives buckets to durations that are summed up only."""
    known = of(name).buckets
    if known is not None:
        return known
    if name.endswith("_seconds"):
        dotted = name.removesuffix("_seconds").replace("_", ".")
        return f"make it a histogram; with {_MICROMETER.format(dotted)}"
    return "make it a histogram with buckets"
