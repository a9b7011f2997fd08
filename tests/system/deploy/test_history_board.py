"""What the panels of the history answer on a real PostgreSQL, filled with a history that is known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from mario_perf.history.alerts import Alert, AlertState
from mario_perf.history.measurements import Batch, Level, Link
from mario_perf.history.store_address import open_store
from tests.system import postgresql
from tests.system.deploy.boards import HISTORY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection

Rows = list[dict[str, Any]]
DAY = 86400.0
NOW = 1.7e9
OLD = NOW - 400 * DAY
OPERATIONS = ("GetMenu", "O'Order")
PANELS = {panel["title"]: panel for panel in HISTORY["panels"]}


def batch(number: int, time: float) -> Batch:
    """A gate of a revision; each is 10 % slower than the one before, give or take 2 %."""
    metrics, revision = ("latency", "p95"), f"r{number}"
    levels = (
        Level(revision, name, metric, "ci", 0.01 * 1.1**number) for name in OPERATIONS for metric in metrics
    )
    links = (
        Link(f"r{number - 1}", revision, name, metric, math.log(1.1), 0.02)
        for name in OPERATIONS
        for metric in metrics
    )
    return Batch(f"gate:{number}", time, "mario", tuple(levels), tuple(links))


def alert(operation: str, change: float, state: AlertState, days_ago: float) -> Alert:
    key = "mario", operation, "latency", "ci"
    return Alert(*key, "r1", f"r{days_ago:.0f}", NOW - days_ago * DAY, math.log(change), state)


@pytest.fixture(scope="module")
def database() -> Iterator[Connection[Any]]:
    with postgresql.started() as url:
        store = open_store(url)
        store.append([batch(0, OLD), *(batch(number, NOW - (4 - number) * DAY) for number in (1, 2, 3))])
        store.record(
            [
                alert("GetMenu", 1.2, AlertState.CONFIRMED, 2),
                alert("GetMenu", 0.8, AlertState.OPEN, 3),
                alert("O'Order", 1.3, AlertState.WITHDRAWN, 4),
            ]
        )
        with psycopg.connect(url) as connection:
            yield connection


def answer(database: Connection[Any], text: str, operations: tuple[str, ...] = OPERATIONS) -> Rows:
    """Of a question as Grafana completes it, over the last 90 days."""
    chosen = ",".join("'" + each.replace("'", "''") + "'" for each in operations)
    text = text.replace("${metric:sqlstring}", "'latency'").replace("${operation:sqlstring}", chosen)
    while "$__unixEpochFilter(" in text:
        before, _, rest = text.partition("$__unixEpochFilter(")
        column, _, after = rest.partition(")")
        text = f"{before}{column} >= {NOW - 90 * DAY:.0f} AND {column} <= {NOW:.0f}{after}"
    with database.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        return cursor.execute(text.encode()).fetchall()


def shown(database: Connection[Any], title: str, operations: tuple[str, ...] = OPERATIONS) -> Rows:
    (target,) = PANELS[title]["targets"]
    return answer(database, target["rawSql"], operations)


@pytest.mark.parametrize(
    ("title", "value"), [("Gates and runs", 3), ("Revisions", 3), ("Duets", 3), ("Slower for good", 1)]
)
def test_a_number_counts_what_is_in_the_range(database: Connection[Any], title: str, value: int) -> None:
    assert shown(database, title) == [{"value": value}]


def test_each_level_is_a_dot_at_its_time(database: Connection[Any]) -> None:
    rows = shown(database, "Levels", ("GetMenu",))
    assert [row["metric"] for row in rows] == ["GetMenu, ci"] * 3
    assert [row["value"] for row in rows] == pytest.approx([0.011, 0.0121, 0.01331])
    assert [row["time"].timestamp() for row in rows] == [NOW - days * DAY for days in (3, 2, 1)]


def test_a_duet_is_a_change_with_the_ends_of_its_interval(database: Connection[Any]) -> None:
    assert [row["value"] for row in shown(database, "Changes by duets")] == pytest.approx([0.1] * 6)
    first = shown(database, "Duets, the newest first", ("O'Order",))[0]
    assert (first["earlier"], first["later"], first["operation"]) == ("r2", "r3", "O'Order")
    ends = [1.1 * math.exp(sign * 1.645 * 0.02) - 1 for sign in (-1, 1)]
    assert [first["low"], first["change"], first["high"]] == pytest.approx([ends[0], 0.1, ends[1]])


def test_alerts_are_listed_with_their_state_the_newest_first(database: Connection[Any]) -> None:
    rows = shown(database, "Alerts")
    assert [(row["operation"], row["state"]) for row in rows] == [
        ("GetMenu", "confirmed"),
        ("GetMenu", "open"),
        ("O'Order", "withdrawn"),
    ]
    assert [row["change"] for row in rows] == pytest.approx([0.2, -0.2, 0.3])


def test_an_alert_that_was_withdrawn_is_not_marked(database: Connection[Any]) -> None:
    (mark,) = HISTORY["annotations"]["list"]
    texts = [row["text"] for row in answer(database, mark["target"]["rawSql"])]
    assert sorted(texts) == ["GetMenu since r2", "GetMenu since r3"]


def test_the_reader_may_choose_what_the_history_has(database: Connection[Any]) -> None:
    asked = {each["name"]: each["query"] for each in HISTORY["templating"]["list"] if each["type"] == "query"}
    assert answer(database, asked["metric"]) == [{"metric": "latency"}, {"metric": "p95"}]
    assert answer(database, asked["operation"]) == [{"operation": name} for name in OPERATIONS]


def test_no_panel_is_left_untested() -> None:
    assert set(PANELS) == {
        "Gates and runs",
        "Revisions",
        "Duets",
        "Slower for good",
        "Levels",
        "Changes by duets",
        "Alerts",
        "Duets, the newest first",
    }
