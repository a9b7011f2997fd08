"""Which operations are used, when, and which are new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.grafana.board import board, choices
from deploy.grafana.panels import AnyPanel, Panel, Query, bars, lines, number, rows, stacked
from deploy.grafana.promql import OPERATION, increase, rate

if TYPE_CHECKING:
    from grafana_foundation_sdk.builders.dashboard import Dashboard

EXECUTIONS = "cqrs_executions_total"
SUCCESSES = "cqrs_executions_success_executions_total"
FAILURES = "cqrs_executions_failures_executions_total"
DAY = "1d"
HIDDEN = ("operation",)


def dashboard() -> Dashboard:
    """The dashboard of usage."""
    built = board(
        "usage-analytics-mario",
        "Usage analytics",
        "Which commands and queries people use, when they do, and which are new or no longer used.",
        choices(f'{EXECUTIONS}{{operation!="request"}}', "type"),
        (*_numbers(), *_most_and_least(), *_over_time(), *_adoption()),
    )
    return built.time("now-1d", "now")


def _numbers() -> tuple[AnyPanel, ...]:
    day, commands = increase(EXECUTIONS, OPERATION, DAY), f'{OPERATION},operation="command"'
    return (
        number(Panel("Executions", "In the last day.", "short"), Query(day, "executions")),
        number(
            Panel("Share of commands", "Commands among all executions of the last day.", "percentunit"),
            Query(f"{increase(EXECUTIONS, commands, DAY)} / {day}", "commands"),
        ),
        number(
            Panel("Operations in use", "Executed at least once in the last day.", "short"),
            Query(f"count({increase(EXECUTIONS, OPERATION, DAY, 'type')} > 0)", "operations"),
        ),
        number(
            Panel("Success", "Successes among all executions of the last day.", "percentunit", (0.99, 0.95)),
            Query(f"{increase(SUCCESSES, OPERATION, DAY)} / {day}", "success"),
        ),
    )


def _most_and_least() -> tuple[AnyPanel, ...]:
    by_type = increase(EXECUTIONS, OPERATION, DAY, "type")
    return (
        bars(
            Panel("Most used operations", "Executions in the last day.", "short"),
            Query(f"topk(10, {by_type})", "{{type}}"),
        ),
        bars(
            Panel("Least used operations", "Executions in the last day; 0 is an unused one.", "short"),
            Query(f"bottomk(10, {by_type})", "{{type}}"),
        ),
    )


def _over_time() -> tuple[AnyPanel, ...]:
    return (
        stacked(
            Panel("Command and query balance", "Executions a second.", "reqps"),
            Query(rate(EXECUTIONS, OPERATION, "operation"), "{{operation}}"),
        ),
        lines(
            Panel("Peak hours", "Executions in the hour before; choose a week to see the days.", "short"),
            Query(increase(EXECUTIONS, OPERATION, "1h"), "this day"),
            Query(increase(EXECUTIONS, OPERATION, "1h", ago="1d"), "the day before"),
        ),
    )


def _adoption() -> tuple[AnyPanel, ...]:
    now = increase(EXECUTIONS, OPERATION, DAY, "operation, type")
    before = increase(EXECUTIONS, OPERATION, "7d", "operation, type", "1d")
    return (
        rows(
            Panel("New operations", "Used in the last day and not in the week before it.", "short"),
            HIDDEN,
            Query(f"sort_desc({now} > 0 unless {before} > 0)", ""),
        ),
        rows(
            Panel("No longer used", "Used in the week before the last day and not in it.", "short"),
            HIDDEN,
            Query(f"sort_desc({before} > 0 unless {now} > 0)", ""),
        ),
        lines(
            Panel("Adoption", "Executions of the day before each moment, by operation.", "short"),
            Query(f"topk(10, {increase(EXECUTIONS, OPERATION, DAY, 'type')})", "{{type}}"),
        ),
        bars(
            Panel("Errors by category", "Failures in the last day.", "short"),
            Query(increase(FAILURES, OPERATION, DAY, "error_type"), "{{error_type}}"),
        ),
    )
