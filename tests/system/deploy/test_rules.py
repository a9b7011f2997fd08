"""The rules, by Prometheus' own tool."""

import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).parents[3] / "deploy"
RULES = sorted((DEPLOY / "prometheus/rules").glob("*.yml"))
CASES = sorted((Path(__file__).parent / "rules").glob("*.yml"))
ALERT = re.compile(r'alertname=~?"([^"]+)"')
"""The alerts that a case asks for."""

pytestmark = pytest.mark.prometheus


def promtool(*arguments: str | Path) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@cache
def groups() -> list[dict[str, Any]]:
    return [group for file in RULES for group in yaml.safe_load(file.read_text())["groups"]]


@cache
def rules(kind: str) -> dict[str, dict[str, Any]]:
    """Rules that are an ``alert``, or a ``record``, by name."""
    return {rule[kind]: rule for group in groups() for rule in group["rules"] if kind in rule}


@cache
def alerts_in_cases(*, fires: bool) -> set[str]:
    """Alerts that some case expects to fire, or not to."""
    questions = [
        question
        for file in CASES
        for case in yaml.safe_load(file.read_text())["tests"]
        for question in case["promql_expr_test"]
    ]
    expressions = [each["expr"] for each in questions if bool(each["exp_samples"]) is fires]
    found = [ALERT.search(expression) for expression in expressions]
    return {name for match in found if match for name in match[1].split("|")}


def test_prometheus_takes_every_rule() -> None:
    promtool("check", "rules", *RULES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_rules_do_what_their_cases_say(case: Path, tmp_path: Path) -> None:
    """With the groups that the case names: to evaluate all at each step of a week takes minutes."""
    said = yaml.safe_load(case.read_text())
    chosen = [group for group in groups() if group["name"] in said["group_eval_order"]]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": chosen}))
    (tmp_path / "case.yml").write_text(yaml.safe_dump(said | {"rule_files": ["rules.yml"]}))
    promtool("test", "rules", tmp_path / "case.yml")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_case_names_the_group_of_each_alert_that_it_asks_for(case: Path) -> None:
    said = yaml.safe_load(case.read_text())
    chosen = [group for group in groups() if group["name"] in said["group_eval_order"]]
    alerts = {rule["alert"] for group in chosen for rule in group["rules"] if "alert" in rule}
    assert {name for names in ALERT.findall(case.read_text()) for name in names.split("|")} <= alerts


def test_every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    assert alerts_in_cases(fires=True) == set(rules("alert"))
    assert alerts_in_cases(fires=False) == set(rules("alert"))


@pytest.mark.parametrize("name", rules("alert"))
def test_an_alert_says_what_is_wrong_how_bad_and_what_to_do(name: str) -> None:
    alert = rules("alert")[name]
    assert set(alert["annotations"]) == {"summary", "description", "runbook"}
    assert alert["labels"]["severity"] in {"page", "ticket"}


@pytest.mark.parametrize("name", rules("record"))
def test_a_recording_rule_is_asked_for_by_an_alert_or_a_dashboard(name: str) -> None:
    asked = [alert["expr"] for alert in rules("alert").values()]
    asked += [board.read_text(encoding="utf-8") for board in (DEPLOY / "grafana/json").iterdir()]
    assert any(re.search(rf"{name}\b", text) for text in asked)


def test_the_configuration_is_one_that_prometheus_takes() -> None:
    promtool("check", "config", DEPLOY / "prometheus/prometheus.yml")
