"""The dashboards' files are what the code says, and what people were promised."""

import json
from typing import Any

import pytest

from deploy.grafana import JSON, rendered

UIDS = {
    "cqrs.json": "cqrs-performance-mario",
    "http.json": "944f7a30-4637-4cf0-9473-4ddccd020af9",
    "business.json": "business-operations-mario",
    "usage.json": "usage-analytics-mario",
    "load_test.json": "load-test-mario",
    "history.json": "history-mario",
}
BOARDS: dict[str, dict[str, Any]] = {name: json.loads(text) for name, text in rendered().items()}
of_services = pytest.mark.parametrize(
    "board", [board for name, board in BOARDS.items() if name != "history.json"]
)
every_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)


def titles(name: str) -> set[str]:
    return {panel["title"] for panel in BOARDS[name]["panels"]}


def test_the_committed_files_are_those_that_the_code_makes() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in JSON.iterdir()}
    assert committed == rendered(), "run: python -m deploy.grafana"


def test_the_history_is_asked_for_the_operations_and_the_metric_that_the_reader_chose() -> None:
    board = BOARDS["history.json"]
    assert [each["name"] for each in board["templating"]["list"]] == ["history", "metric", "operation"]
    texts = [target["rawSql"] for panel in board["panels"] for target in panel["targets"]]
    assert all("${operation:sqlstring}" in text for text in texts[1:])
    assert all("$__unixEpochFilter(" in text for text in texts)
    assert {panel["datasource"]["uid"] for panel in board["panels"]} == {"${history}"}


def test_links_to_a_dashboard_stay_good() -> None:
    assert {name: board["uid"] for name, board in BOARDS.items()} == UIDS


@of_services
def test_it_asks_every_five_seconds_for_what_the_reader_chose(board: dict[str, Any]) -> None:
    variables = {each["name"]: each for each in board["templating"]["list"]}
    assert board["refresh"] == "5s"
    assert set(variables) == {"datasource", "job", "instance", "operation"}
    expressions = " ".join(target["expr"] for panel in board["panels"] for target in panel["targets"])
    assert all(f"${name}" in expressions for name in ("job", "instance", "operation"))


@every_board
def test_every_panel_has_a_unit_thresholds_and_an_explanation(board: dict[str, Any]) -> None:
    for panel in board["panels"]:
        defaults = panel["fieldConfig"]["defaults"]
        assert panel["title"], panel
        assert panel["description"], panel["title"]
        assert defaults["unit"], panel["title"]
        assert defaults["thresholds"]["steps"][0]["value"] is None, panel["title"]


@every_board
def test_panels_fill_the_grid_without_overlap(board: dict[str, Any]) -> None:
    cells = [
        (x, y)
        for position in (panel["gridPos"] for panel in board["panels"])
        for x in range(position["x"], position["x"] + position["w"])
        for y in range(position["y"], position["y"] + position["h"])
    ]
    assert len(cells) == len(set(cells))
    assert {x for x, _ in cells} == set(range(24))
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_the_cqrs_dashboard_has_the_nine_panels_and_two_more() -> None:
    assert titles("cqrs.json") >= {
        "Total executions",
        "Average duration",
        "Success rate",
        "Active operations",
        "Execution rate by type",
        "Duration percentiles",
        "Top commands",
        "Top queries",
        "Average duration by operation",
        "Errors by category",
        "p95 by operation",
    }


def test_runs_are_marked_by_their_ids_and_gates_by_their_outcomes() -> None:
    marks = {each["name"]: each for each in BOARDS["load_test.json"]["annotations"]["list"]}
    titles = {name: mark["titleFormat"] for name, mark in marks.items()}
    assert titles == {"Run": "run {{run}}", "Gate": "gate: {{outcome}}"}
    assert marks["Run"]["expr"] == "max by (run) (mario_load_running) > 0"
