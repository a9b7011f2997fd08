"""What the HTTP layer answers, and how fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.grafana.board import board, choices
from deploy.grafana.panels import AnyPanel, Panel, Query, bars, lines, number, stacked
from deploy.grafana.promql import HTTP_DURATION, QUANTILES, TARGET, mean, quantile, rate, share

if TYPE_CHECKING:
    from grafana_foundation_sdk.builders.dashboard import Dashboard

REQUESTS = f"{HTTP_DURATION}_count"
ACTIVE = "http_server_active_requests"
ENDPOINT = f'{TARGET},http_target=~"$operation"'
LIMITS = (100.0, 250.0)  # milliseconds
SERVER_ERRORS = (0.001, 0.01)


def dashboard() -> Dashboard:
    """The dashboard of the HTTP layer; its operations are endpoints, by route template."""
    return board(
        "944f7a30-4637-4cf0-9473-4ddccd020af9",
        "HTTP performance",
        "Requests by endpoint, method and status, as the service measures them.",
        choices(f'{REQUESTS}{{http_target!=""}}', "http_target"),
        (*_numbers(), *_courses(), *_by_endpoint()),
    )


def _numbers() -> tuple[AnyPanel, ...]:
    return (
        number(
            Panel("Request rate", "Requests a second.", "reqps"),
            Query(rate(REQUESTS, ENDPOINT), "requests"),
        ),
        number(
            Panel("Response time", "On average, until the last byte is handed over.", "ms", LIMITS),
            Query(mean(HTTP_DURATION, ENDPOINT), "average"),
        ),
        number(
            Panel("Active requests", "Requests under way, of all endpoints.", "short", (50.0, 200.0)),
            Query(f"sum({ACTIVE}{{{TARGET}}})", "active"),
        ),
        number(
            Panel("Error ratio", "Answers with status 5xx among all.", "percentunit", SERVER_ERRORS),
            Query(_ratio("5.."), "errors"),
        ),
    )


def _courses() -> tuple[AnyPanel, ...]:
    return (
        stacked(
            Panel("Status codes", "Answers a second.", "reqps"),
            Query(rate(REQUESTS, ENDPOINT, "http_status_code"), "{{http_status_code}}"),
        ),
        lines(
            Panel("Response time percentiles", "Interpolated within wide buckets.", "ms", LIMITS),
            *(Query(quantile(q, HTTP_DURATION, ENDPOINT), f"p{q * 100:g}") for q in QUANTILES),
        ),
        lines(
            Panel("Active requests by method", "Requests under way.", "short"),
            Query(f"sum by (http_method) ({ACTIVE}{{{TARGET}}})", "{{http_method}}"),
        ),
        lines(
            Panel("Refused and failed", "4xx are the client's, 5xx the service's.", "percentunit"),
            Query(_ratio("4.."), "4xx"),
            Query(_ratio("5.."), "5xx"),
        ),
    )


def _by_endpoint() -> tuple[AnyPanel, ...]:
    by, legend = "http_method, http_target", "{{http_method}} {{http_target}}"
    return (
        bars(
            Panel("Requests by endpoint", "The ten busiest, requests a second.", "reqps"),
            Query(f"topk(10, {rate(REQUESTS, ENDPOINT, by)})", legend),
        ),
        lines(
            Panel("Response time by endpoint", "On average.", "ms", LIMITS),
            Query(mean(HTTP_DURATION, ENDPOINT, by), legend),
        ),
    )


def _ratio(status: str) -> str:
    """The share of answers with a status like this."""
    return share(rate(REQUESTS, f'{ENDPOINT},http_status_code=~"{status}"'), rate(REQUESTS, ENDPOINT))
