"""Every question that a dashboard asks has an answer."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from deploy.grafana import JSON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.deploy.conftest import Watched

pytestmark = [pytest.mark.prometheus, pytest.mark.e2e]

VARIABLES = {
    "$__rate_interval": "4s",
    "$__range": "30s",
    "$job": "pizzeria",
    "$instance": ".*",
    "$operation": ".*",
}


BOARDS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(JSON.iterdir())}


def chosen(expression: str) -> str:
    """The expression as Grafana sends it when all is chosen."""
    for variable, value in VARIABLES.items():
        expression = expression.replace(variable, value)
    assert "$" not in expression
    return expression


def questions() -> Iterator[object]:
    for name, board in BOARDS.items():
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield pytest.param(target["expr"], id=f"{name}: {panel['title']}, {target['refId']}")
        for annotation in board["annotations"].get("list", ()):
            yield pytest.param(annotation["expr"], id=f"{name}: {annotation['name']}")


def choices() -> Iterator[object]:
    for name, board in BOARDS.items():
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                yield pytest.param(variable["query"]["query"], id=f"{name}: {variable['name']}")


@pytest.mark.parametrize("expression", list(questions()))
def test_a_panel_shows_something_after_a_load(watched: Watched, expression: str) -> None:
    assert watched.values(chosen(expression))


@pytest.mark.parametrize("query", list(choices()))
def test_a_variable_has_values_to_choose_from(watched: Watched, query: str) -> None:
    asked = re.fullmatch(r"label_values\((.+), (\w+)\)", chosen(query))
    assert asked
    assert watched.labels(asked[1], asked[2])
