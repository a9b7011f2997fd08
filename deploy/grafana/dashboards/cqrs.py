"""What commands and queries do, and how long they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.grafana.board import board, choices
from deploy.grafana.panels import AnyPanel, Panel, Query, bars, lines, number, stacked
from deploy.grafana.promql import (
    CQRS_DURATION,
    FAULT,
    OPERATION,
    QUANTILES,
    mean,
    or_none,
    quantile,
    rate,
    share,
)

if TYPE_CHECKING:
    from grafana_foundation_sdk.builders.dashboard import Dashboard

EXECUTIONS = "cqrs_executions_total"
FAILURES = "cqrs_executions_failures_executions_total"
RECENT = "instance_operation:cqrs_executions:rate5m"
P95 = "instance_operation:cqrs_execution_duration_milliseconds:p95_5m"
ERRORS = "operation:cqrs_errors:ratio_rate5m"
LIMITS = (50.0, 100.0)
"""Milliseconds; the second is the limit of the alerts."""


def dashboard() -> Dashboard:
    """The dashboard of the CQRS layer."""
    return board(
        "cqrs-performance-mario",
        "CQRS performance",
        "Executions, durations and failures of every command and query, as the service measures them.",
        choices(f'{EXECUTIONS}{{operation!="request"}}', "type"),
        (*_numbers(), *_courses(), *_by_operation()),
    )


def _numbers() -> tuple[AnyPanel, ...]:
    faults = share(rate(FAILURES, f"{OPERATION},{FAULT}"), rate(EXECUTIONS, OPERATION))
    return (
        number(
            Panel("Total executions", "Commands and queries a second.", "reqps"),
            Query(rate(EXECUTIONS, OPERATION), "executions"),
        ),
        number(
            Panel("Average duration", "In the handler; queueing in front of it is not in it.", "ms", LIMITS),
            Query(mean(CQRS_DURATION, OPERATION), "average"),
        ),
        number(
            Panel(
                "Success rate",
                "Executions that did not fail; what is refused by rule or was asked wrongly is no failure.",
                "percentunit",
                (0.99, 0.95),
            ),
            Query(f"1 - {faults}", "success"),
        ),
        number(
            Panel("Active operations", "Commands and queries executed in the last five minutes.", "short"),
            Query(f"count(sum by (type) ({RECENT}{{{OPERATION}}}) > 0) or vector(0)", "operations"),
        ),
    )


def _courses() -> tuple[AnyPanel, ...]:
    return (
        stacked(
            Panel("Execution rate by type", "Commands and queries a second.", "reqps"),
            Query(rate(EXECUTIONS, OPERATION, "operation"), "{{operation}}"),
        ),
        lines(
            Panel("Duration percentiles", "Of all operations together.", "ms", LIMITS),
            *(Query(quantile(q, CQRS_DURATION, OPERATION), f"p{q * 100:g}") for q in QUANTILES),
        ),
        stacked(
            Panel("Errors by category", "Failed executions a second, refusals too.", "reqps"),
            Query(
                or_none(rate(FAILURES, OPERATION, "error_type"), rate(EXECUTIONS, OPERATION), "error_type"),
                "{{error_type}}",
            ),
        ),
        lines(
            Panel("p95 by operation", "Of the last five minutes, successes and failures.", "ms", LIMITS),
            Query(f"{P95}{{{OPERATION}}}", "{{type}}"),
        ),
    )


def _by_operation() -> tuple[AnyPanel, ...]:
    return (
        _top("Top commands", "command"),
        _top("Top queries", "query"),
        lines(
            Panel("Average duration by operation", "In the handler.", "ms", LIMITS),
            Query(mean(CQRS_DURATION, OPERATION, "type"), "{{type}}"),
        ),
        lines(
            Panel(
                "Error ratio by operation",
                "As the alerts see it: of five minutes and all instances, without refusals by rule.",
                "percentunit",
            ),
            Query(f'{ERRORS}{{job=~"$job",type=~"$operation"}}', "{{type}}"),
        ),
    )


def _top(title: str, kind: str) -> AnyPanel:
    matchers = f'{OPERATION},operation="{kind}"'
    busiest = f"topk(10, {rate(EXECUTIONS, matchers, 'type')})"
    return bars(Panel(title, "The ten busiest, executions a second.", "reqps"), Query(busiest, "{{type}}"))
