"""What panels answer about services of which it is known what happened, by Prometheus' own tool."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import yaml

from deploy.grafana.dashboards import cqrs, usage
from tests.system.deploy.boards import BOARDS, VARIABLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.prometheus

TARGET = 'job="pizzeria",instance="a"'
UP = f"up{{{TARGET}}}"
NINE_DAYS = 9 * 288  # steps of five minutes
A_DAY_AGO = f"0+2x{NINE_DAYS - 300} {2 * NINE_DAYS}x300"
UNKNOWN = {f'{{type="{usage.UNKNOWN}"}}': 0.0}


def executions(name: str, kind: str = "query") -> str:
    return f'cqrs_executions_total{{{TARGET},operation="{kind}",type="{name}"}}'


def failures(name: str, category: str) -> str:
    labels = f'{TARGET},operation="command",type="{name}",error_type="{category}"'
    return f"cqrs_executions_failures_executions_total{{{labels}}}"


def named(*operations: str, count: float) -> dict[str, float]:
    return {f'{{operation="query",type="{name}"}}': count for name in operations}


@dataclass(frozen=True)
class Case:
    """Series of a sample every five minutes, and what a panel shows at the end of ``steps`` of them."""

    board: str
    panel: str
    series: Mapping[str, str]
    shown: Mapping[str, float]
    steps: int = 12


CASES = {
    "an operation without failures has succeeded": Case(
        "cqrs", "Success rate", {executions("GetMenuQuery"): "0+60x12"}, {"{}": 1}
    ),
    "refusals by rule leave the success rate as it is": Case(
        "cqrs",
        "Success rate",
        {
            executions("StartCookingCommand", "command"): "0+60x12",
            failures("StartCookingCommand", "business_rule"): "0+30x12",
            failures("StartCookingCommand", "exception"): "0+15x12",
        },
        {"{}": 0.75},
    ),
    "no failures are no errors of any category": Case(
        "cqrs", "Errors by category", {executions("GetMenuQuery"): "0+60x12"}, {'{error_type="none"}': 0}
    ),
    "failures are told by their category alone": Case(
        "cqrs",
        "Errors by category",
        {
            executions("StartCookingCommand", "command"): "0+60x12",
            failures("StartCookingCommand", "exception"): "0+15x12",
        },
        {'{error_type="exception"}': 0.05},
    ),
    "a service that is idle has no active operations": Case(
        "cqrs",
        "Active operations",
        {cqrs.RECENT + f'{{{TARGET},operation="query",type="GetMenuQuery"}}': "0x12"},
        {"{}": 0},
    ),
    "a service that has never been asked has none either": Case(
        "cqrs", "Active operations", {UP: "1x12"}, {"{}": 0}
    ),
    "an hour without refusals has none": Case(
        "business", "Refused by rule", {executions("GetMenuQuery"): "0+60x12"}, {'{type="none"}': 0}
    ),
    "a day without failures succeeded": Case(
        "usage", "Success", {executions("GetMenuQuery"): f"0+2x{NINE_DAYS}"}, {"{}": 1}, NINE_DAYS
    ),
    "without a day of history nothing is called new": Case(
        "usage", "New operations", {UP: "1x12", executions("GetMenuQuery"): "0+60x12"}, UNKNOWN
    ),
    "without a day of history nothing is called unused": Case(
        "usage", "No longer used", {UP: "1x12", executions("GetMenuQuery"): "0+60x12"}, UNKNOWN
    ),
    "an operation whose series appears with its one execution is new": Case(
        "usage",
        "New operations",
        {
            UP: f"1x{NINE_DAYS}",
            executions("GetMenuQuery"): f"0+2x{NINE_DAYS}",
            executions("GetOffersQuery"): f"_x{NINE_DAYS - 5} 1x5",
        },
        named("GetOffersQuery", count=1),
        NINE_DAYS,
    ),
    "an operation whose series was at 0 for a week is new with its first execution": Case(
        "usage",
        "New operations",
        {
            UP: f"1x{NINE_DAYS}",
            executions("GetMenuQuery"): f"0+2x{NINE_DAYS}",
            executions("GetOffersQuery"): f"0x{NINE_DAYS - 5} 1x5",
        },
        named("GetOffersQuery", count=1),
        NINE_DAYS,
    ),
    "an operation that has been used for long is not new": Case(
        "usage",
        "New operations",
        {UP: f"1x{NINE_DAYS}", executions("GetMenuQuery"): f"0+2x{NINE_DAYS}"},
        {},
        NINE_DAYS,
    ),
    "an operation that nobody asks for since more than a day is no longer used": Case(
        "usage",
        "No longer used",
        {
            UP: f"1x{NINE_DAYS}",
            executions("GetMenuQuery"): f"0+2x{NINE_DAYS}",
            executions("GetOffersQuery"): A_DAY_AGO,
        },
        named("GetOffersQuery", count=2 * NINE_DAYS),
        NINE_DAYS,
    ),
    "one execution of a new operation is among the least used, as one": Case(
        "usage",
        "Least used operations",
        {UP: f"1x{NINE_DAYS}", executions("GetOffersQuery"): f"_x{NINE_DAYS - 5} 1x5"},
        {'{type="GetOffersQuery"}': 1},
        NINE_DAYS,
    ),
}


def question(case: Case) -> str:
    """What the panel of a case asks, when all is chosen."""
    (panel,) = [each for each in BOARDS[case.board]["panels"] if each["title"] == case.panel]
    (target,) = panel["targets"]
    expression: str = target["expr"]
    for variable, value in {**VARIABLES, "$__rate_interval": "10m"}.items():
        expression = expression.replace(variable, value)
    return expression


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_panel_shows_what_happened(case: Case, tmp_path: Path) -> None:
    asked = {
        "expr": question(case),
        "eval_time": f"{5 * case.steps}m",
        "exp_samples": [{"labels": labels, "value": value} for labels, value in case.shown.items()],
    }
    series = [{"series": name, "values": values} for name, values in case.series.items()]
    test = {"interval": "5m", "input_series": series, "promql_expr_test": [asked]}
    file = tmp_path / "case.yml"
    file.write_text(yaml.safe_dump({"tests": [test]}), encoding="utf-8")
    done = subprocess.run(
        ["promtool", "test", "rules", file], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
