"""Which operations are used, when, and which are new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.grafana.board import board, choices
from deploy.grafana.panels import AnyPanel, Panel, Query, bars, lines, number, rows, stacked
from deploy.grafana.promql import FAULT, OPERATION, increase, or_none, rate, share, total
from mario_perf.usage.usage_queries import counter_increase

if TYPE_CHECKING:
    from grafana_foundation_sdk.builders.dashboard import Dashboard

EXECUTIONS = "cqrs_executions_total"
FAILURES = "cqrs_executions_failures_executions_total"
DAY = "1d"
DAY_IN_SECONDS = 86400
EARLIER = f"max_over_time({EXECUTIONS}{{{OPERATION}}}[7d] offset {DAY})"
"""What operations had counted in the week before the last day; nothing where that time is not known."""

UNKNOWN = "unknown: nothing was recorded more than a day ago"
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
            Query(f"count({increase(EXECUTIONS, OPERATION, DAY, 'type')} > 0) or vector(0)", "operations"),
        ),
        number(
            Panel(
                "Success",
                "Executions of the last day that did not fail; a refusal by rule is no failure.",
                "percentunit",
                (0.99, 0.95),
            ),
            Query(f"1 - {share(increase(FAILURES, f'{OPERATION},{FAULT}', DAY), day)}", "success"),
        ),
    )


def _most_and_least() -> tuple[AnyPanel, ...]:
    by_type = _executed("type")
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
    by = "operation, type"
    now, before = f"{_executed(by)} > 0", f"max by ({by}) ({EARLIER}) > 0"
    return (
        rows(
            Panel(
                "New operations", "Used in the last day and never before it, as far as a week tells.", "short"
            ),
            HIDDEN,
            Query(_where_known(f"{now} unless {before}"), ""),
        ).no_value("none"),
        rows(
            Panel(
                "No longer used", "Used before the last day, as far as a week tells, and not in it.", "short"
            ),
            (*HIDDEN, "Value"),
            Query(_where_known(f"{before} unless {now}"), ""),
        ).no_value("none"),
        lines(
            Panel("Adoption", "Executions of the day before each moment, by operation.", "short"),
            Query(f"topk(10, {increase(EXECUTIONS, OPERATION, DAY, 'type')})", "{{type}}"),
        ),
        bars(
            Panel("Errors by category", "Failures in the last day.", "short"),
            Query(
                or_none(
                    increase(FAILURES, OPERATION, DAY, "error_type"),
                    increase(EXECUTIONS, OPERATION, DAY),
                    "error_type",
                ),
                "{{error_type}}",
            ),
        ),
    )


def _executed(by: str) -> str:
    """Executions of the last day to the last one, as ``mario-perf usage`` counts them."""
    return f"{total(by)}({counter_increase(f'{EXECUTIONS}{{{OPERATION}}}', DAY_IN_SECONDS)})"


def _where_known(operations: str) -> str:
    """What a comparison with the time before found; a row that says so where nothing is known of it."""
    unknown = f'label_replace(vector(0) unless on () {EARLIER}, "type", "{UNKNOWN}", "", "")'
    return f"sort_desc({operations} and on () {EARLIER} or {unknown})"
