"""What Prometheus, the dashboards and ``mario-perf usage`` say of one load on the pizzeria, all real."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.system.deploy.boards import BOARDS, VARIABLES
from tests.system.deploy.conftest import ROOT
from tests.system.deploy.test_rules import rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.system.deploy.conftest import Watched

pytestmark = [pytest.mark.prometheus, pytest.mark.e2e]


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


@pytest.mark.parametrize("name", rules("record"))
def test_a_recording_rule_has_something_to_record(watched: Watched, name: str) -> None:
    assert watched.values(name)


def test_a_healthy_service_under_load_alerts_nobody(watched: Watched) -> None:
    assert watched.values("up")
    assert not watched.values('ALERTS{alertstate="firing",severity="page"}')


def test_prometheus_sees_the_load_that_the_run_record_tells_of(watched: Watched) -> None:
    record = json.loads(watched.record.read_text(encoding="utf-8"))
    sent = sum(step["started"] for step in record["targets"][0]["whole_run"])
    seen = watched.values("sum(mario_load_requests_total)")
    assert 0.5 * sent <= seen[-1] <= sent
    assert max(watched.values("mario_load_users")) == record["users"]
    assert max(watched.values("mario_load_running")) == 1
    assert watched.labels('mario_load_running{run!=""}', "run") == {record["run_id"]}


def usage(watched: Watched, *arguments: str) -> str:
    command = [sys.executable, "-m", "mario_perf", "usage", "--prometheus", watched.url, "--since", "5m"]
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_tells_what_the_load_did(watched: Watched) -> None:
    told = json.loads(usage(watched, "--format", "json", "--match", "job=pizzeria"))
    counted = watched.values('sum(cqrs_executions_total{operation!="request"})')[-1]
    assert told["executions"] == pytest.approx(counted, rel=0.1)
    assert set(told["balance"]) == {"command", "query"}
    assert "PlaceOrderCommand" in told["new"]
    assert told["no_longer_used"] == ["GetYesterdaysMenuQuery"]


def test_it_puts_a_section_into_the_report_of_a_run(watched: Watched) -> None:
    report = watched.record.with_name("report.html")
    table = usage(watched, "--report", str(report))
    assert "PlaceOrderCommand" in table
    assert 'id="page:usage"' in report.read_text(encoding="utf-8")


def test_what_is_no_report_is_a_line(watched: Watched) -> None:
    command = ["usage", "--prometheus", watched.url, "--report", str(watched.record)]
    done = subprocess.run(
        [sys.executable, "-m", "mario_perf", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.endswith("not a report of mario-perf; give the report.html of a run\n")
