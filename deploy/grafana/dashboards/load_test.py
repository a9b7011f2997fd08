"""A load test from both ends: what the client saw beside what the service measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grafana_foundation_sdk.models.common import BigValueTextMode

from deploy.grafana.board import Region, board, choices
from deploy.grafana.panels import AnyPanel, Panel, Query, lines, number, rows
from deploy.grafana.promql import CQRS_DURATION, OPERATION, WINDOW, quantile, rate

if TYPE_CHECKING:
    from grafana_foundation_sdk.builders.dashboard import Dashboard

REQUESTS = "mario_load_requests_total"
FAILURES = "mario_load_failures_total"
RESPONSE = "mario_load_response_time_seconds"
RUNNING = "mario_load_running"
USERS = "mario_load_users"
VERDICT = "mario_perf_operation_verdict"
CHANGE = "mario_perf_change_ratio"
OUTCOME = "mario_perf_gate_outcome"
ENDED = "mario_perf_gate_created_seconds"
CHOSEN = 'operation=~"$operation"'
SHOWN = 60
"""Seconds for which a gate is marked once it has ended."""
WHERE = ("Time", "__name__", "job", "instance")


def dashboard() -> Dashboard:
    """The dashboard of load tests and gates."""
    built = board(
        "load-test-mario",
        "Load test",
        "The load generator's view beside the service's, and what the last gate said.",
        choices('cqrs_executions_total{operation!="request"}', "type"),
        (*_numbers(), *_rates(), *_durations(), *_gates()),
    )
    run = Region("Run", "run {{run}}", f"max by (run) ({RUNNING}) > 0", "blue")
    just_ended = f"on (job, instance) time() - {ENDED} < {SHOWN}"
    gate = Region("Gate", "gate: {{outcome}}", f"{OUTCOME} == 1 and {just_ended}", "purple")
    return built.annotation(run).annotation(gate)


def _numbers() -> tuple[AnyPanel, ...]:
    failed = f"sum(rate({FAILURES}[{WINDOW}])) / sum(rate({REQUESTS}[{WINDOW}]))"
    return (
        number(Panel("Users", "Simulated at present.", "short"), Query(f"sum({USERS})", "users")),
        number(
            Panel("Sent", "Requests a second, by the client's count.", "reqps"),
            Query(f"sum(rate({REQUESTS}[{WINDOW}]))", "sent"),
        ),
        number(
            Panel("Client's error ratio", "Failed requests among all.", "percentunit", (0.001, 0.01)),
            Query(failed, "failed"),
        ),
        number(
            Panel("Last gate", "Its outcome.", "short"),
            Query(f"{OUTCOME} == 1", "{{outcome}}"),
        ).text_mode(BigValueTextMode.NAME),
    )


def _rates() -> tuple[AnyPanel, ...]:
    return (
        lines(
            Panel("Client: requests", "A second, by step of the journey.", "reqps"),
            Query(f"sum by (step) (rate({REQUESTS}[{WINDOW}]))", "{{step}}"),
        ),
        lines(
            Panel("Service: executions", "A second, by operation.", "reqps"),
            Query(rate("cqrs_executions_total", OPERATION, "type"), "{{type}}"),
        ),
    )


def _durations() -> tuple[AnyPanel, ...]:
    buckets = f"sum by (le, step) (rate({RESPONSE}_bucket[{WINDOW}]))"
    return (
        lines(
            Panel("Client: p95 by step", "Response time, with queueing and the network.", "s", (0.1, 0.25)),
            Query(f"histogram_quantile(0.95, {buckets})", "{{step}}"),
        ),
        lines(
            Panel("Service: p95 by operation", "Service time, in the handler.", "ms", (50.0, 100.0)),
            Query(quantile(0.95, CQRS_DURATION, OPERATION, "type"), "{{type}}"),
        ),
    )


def _gates() -> tuple[AnyPanel, ...]:
    return (
        rows(
            Panel("Verdicts of the last gate", "One an operation.", "short"),
            (*WHERE, "Value"),
            Query(f"{VERDICT}{{{CHOSEN}}} == 1", ""),
        ),
        rows(
            Panel("Changes against the baseline", "With the ends of their intervals.", "percentunit"),
            WHERE,
            Query(f"{CHANGE}{{{CHOSEN}}}", ""),
        ),
    )
