"""The GitLab template: its script as GitLab's runner joins it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import yaml

from tests.system.ci.conftest import REGRESSED, ROOT, Project, environment, shell

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = ROOT / "deploy" / "ci" / "gitlab" / "mario-perf.gitlab-ci.yml"


def job() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(TEMPLATE.read_text())["performance"]
    return found


def test_the_template_is_one_by_gitlabs_schema() -> None:
    command = ["check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", str(TEMPLATE)]
    checked = shell(*command, cwd=ROOT, env=environment())
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_merge_request_that_is_slower_is_red_and_leaves_what_gitlab_shows(
    project: Project, recorded: str, tmp_path: Path
) -> None:
    checkout = project.checkout(tmp_path / "checkout", project.head)
    variables = {**job()["variables"], "CI_MERGE_REQUEST_DIFF_BASE_SHA": project.base, "PATH": recorded}
    script = "\n".join((*job()["before_script"], *job()["script"]))
    done = shell("sh", "-ec", script, cwd=checkout, env=environment(**variables))
    assert done.returncode == REGRESSED, done.stdout + done.stderr
    assert f"baseline {project.base[:12]}, candidate {project.head[:12]}" in done.stderr
    artifacts = job()["artifacts"]
    for path in (*artifacts["paths"], *artifacts["reports"].values()):
        assert (checkout / path).exists(), path
    cases = ET.parse(checkout / artifacts["reports"]["junit"]).iter("testcase")
    assert "PlaceOrderCommand" in [case.get("name") for case in cases if case.find("failure") is not None]
    metrics = (checkout / artifacts["reports"]["metrics"]).read_text()
    assert 'mario_perf_gate_outcome{outcome="regressed"} 1.0' in metrics


def test_it_installs_mario_perf_where_it_is_missing(
    bare: dict[str, str], project: Project, tmp_path: Path
) -> None:
    script = "\n".join((*job()["before_script"], "mario-perf --version"))
    env = {**bare, **job()["variables"], "MARIO_PERF": project.source, "TMPDIR": str(tmp_path)}
    done = shell("sh", "-ec", script, cwd=tmp_path, env=env)
    assert "mario-perf, version" in done.stdout, done.stderr


def test_could_not_tell_is_a_warning_and_a_regression_is_not() -> None:
    assert job()["allow_failure"]["exit_codes"] == [4]
