"""The history of a team: levels, duets and alerts of all kept revisions, from PostgreSQL."""

# ruff: noqa: S608 - all of this SQL is written here

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable
from grafana_foundation_sdk.models.dashboard import VariableOption, VariableRefresh

from deploy.grafana.board import filled
from deploy.grafana.panels import Panel
from deploy.grafana.sql import HISTORY, Mark, dots, number, rows

if TYPE_CHECKING:
    from grafana_foundation_sdk.builders.dashboard import Dashboard

    from deploy.grafana.panels import AnyPanel

REFRESH: Final = "1m"
CHOSEN: Final = "metric = ${metric:sqlstring} AND operation IN (${operation:sqlstring})"
BATCHES: Final = "JOIN batches ON batches.id = batch WHERE $__unixEpochFilter(batches.time)"
MEASURED: Final = 'to_timestamp(batches.time) AS "time"'
ALERTS: Final = f"""FROM alerts WHERE $__unixEpochFilter(alerts."time") AND {CHOSEN}"""
NORMAL: Final = 1.645
"""A 90 % interval is this many standard errors to each side."""

LONGEST: Final = 100
"""Rows of a table, at most."""


def dashboard() -> Dashboard:
    """The dashboard of the history."""
    alert = f"""SELECT to_timestamp(alerts."time") AS "time", operation || ' since ' || "first" AS text
        {ALERTS} AND state <> 'withdrawn'"""
    source = DatasourceVariable("history").label("History").type("grafana-postgresql-datasource")
    operations = _choice("operation", "SELECT DISTINCT operation FROM levels ORDER BY operation")
    built = filled(
        "history-mario",
        "History",
        "All revisions that were measured, and the lasting shifts that mario-perf trend reported.",
        (
            source,
            _choice("metric", "SELECT DISTINCT metric FROM levels ORDER BY metric").current(
                _option("latency")
            ),
            operations.multi(multi=True).include_all(include_all=True).current(_option("All", "$__all")),
        ),
        (*_numbers(), *_courses(), *_tables()),
    )
    return built.refresh(REFRESH).time("now-90d", "now").annotation(Mark("Alert", alert, "orange"))


def _numbers() -> tuple[AnyPanel, ...]:
    return (
        number(
            Panel("Gates and runs", "That were kept.", "short"),
            "SELECT count(*) AS value FROM batches WHERE $__unixEpochFilter(batches.time)",
        ),
        number(
            Panel("Revisions", "That have a level.", "short"),
            f"SELECT count(DISTINCT revision) AS value FROM levels {BATCHES} AND {CHOSEN}",
        ),
        number(
            Panel("Duets", "Comparisons of two revisions.", "short"),
            f"SELECT count(DISTINCT batch) AS value FROM links {BATCHES} AND {CHOSEN}",
        ),
        number(
            Panel("Slower for good", "Alerts that no duet withdrew.", "short", (1.0, 5.0)),
            f"SELECT count(*) AS value {ALERTS} AND state <> 'withdrawn' AND change > 0",
        ),
    )


def _courses() -> tuple[AnyPanel, ...]:
    return (
        dots(
            Panel("Levels", "A dot is a run of a revision on a machine, in seconds or as a share.", "none"),
            f"""SELECT {MEASURED}, operation || ', ' || environment AS metric, value
            FROM levels {BATCHES} AND {CHOSEN} ORDER BY batches.time""",
        ),
        dots(
            Panel("Changes by duets", "How much slower a revision was than the other.", "percentunit"),
            f"""SELECT {MEASURED}, operation AS metric, exp(log_ratio) - 1 AS value
            FROM links {BATCHES} AND {CHOSEN} ORDER BY batches.time""",
        ),
    )


def _tables() -> tuple[AnyPanel, ...]:
    return (
        rows(
            Panel("Alerts", "Lasting shifts, the newest first; open until a duet says more.", "percentunit"),
            f"""SELECT to_timestamp(alerts."time") AS "time", operation, "last", "first",
            exp(change) - 1 AS change, state {ALERTS} ORDER BY alerts."time" DESC LIMIT {LONGEST}""",
        ),
        rows(
            Panel("Duets, the newest first", "With the ends of 90 % intervals.", "percentunit"),
            f"""SELECT {MEASURED}, operation, earlier, later, exp(log_ratio) - 1 AS change,
            exp(log_ratio - {NORMAL} * error) - 1 AS low, exp(log_ratio + {NORMAL} * error) - 1 AS high
            FROM links {BATCHES} AND {CHOSEN} ORDER BY batches.time DESC LIMIT {LONGEST}""",
        ),
    )


def _choice(name: str, text: str) -> QueryVariable:
    shown = QueryVariable(name).label(name.capitalize()).datasource(HISTORY)
    return shown.query(text).refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)


def _option(text: str, value: str = "") -> VariableOption:
    return VariableOption(text=text, value=value or text, selected=True)
