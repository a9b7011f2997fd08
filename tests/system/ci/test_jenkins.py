"""The Jenkins example: its shell steps, as Jenkins starts them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tests.system.ci.conftest import REGRESSED, ROOT, Project, environment, shell

if TYPE_CHECKING:
    from pathlib import Path

JENKINSFILE = ROOT / "deploy" / "ci" / "jenkins" / "Jenkinsfile"
TEXT = JENKINSFILE.read_text()
PREPARE, GATE = re.findall(r"'''(.*?)'''", TEXT, re.DOTALL)


def test_a_change_request_that_is_slower_is_red_with_the_report_that_is_kept(
    project: Project, recorded: str, tmp_path: Path
) -> None:
    checkout = project.checkout(tmp_path / "checkout", project.head)
    env = environment(CHANGE_TARGET="main", PATH=recorded, WORKSPACE_TMP=str(tmp_path / "own"))
    prepared = shell("sh", "-xec", PREPARE, cwd=checkout, env=env)
    assert prepared.returncode == 0, prepared.stderr
    done = shell("sh", "-xec", GATE, cwd=checkout, env=env)
    assert done.returncode == REGRESSED, done.stdout + done.stderr
    assert f"baseline {project.base[:12]}, candidate {project.head[:12]}" in done.stderr
    (shown,) = re.findall(r"testResults: '(.*?)'", TEXT)
    cases = ET.parse(checkout / shown).iter("testcase")
    assert "PlaceOrderCommand" in [case.get("name") for case in cases if case.find("failure") is not None]
    (kept,) = re.findall(r"artifacts: '(.*?)'", TEXT)
    assert {path.name for path in checkout.glob(kept)} >= {"report.html", "junit.xml"}


def test_it_installs_mario_perf_where_it_is_missing(
    bare: dict[str, str], project: Project, tmp_path: Path
) -> None:
    """The container's user has no home, and may not write to Python's packages."""
    checkout = project.checkout(tmp_path / "checkout", project.head)
    env = {
        **bare,
        "CHANGE_TARGET": "main",
        "MARIO_PERF": project.source,
        "WORKSPACE_TMP": str(tmp_path / "own tmp"),
    }
    prepared = shell("sh", "-xec", PREPARE, cwd=checkout, env=env)
    assert prepared.returncode == 0, prepared.stderr
    line, _, _ = GATE.strip().partition("\n")
    done = shell("sh", "-xec", f"{line}\nmario-perf --version", cwd=checkout, env=env)
    assert "mario-perf, version" in done.stdout, done.stderr


def test_could_not_tell_is_unstable_and_a_regression_an_error() -> None:
    assert re.search(r"code == 4\) \{\s+unstable\(.*?\} else if \(code != 0\) \{\s+error\(", TEXT, re.DOTALL)


def test_its_brackets_are_closed() -> None:
    strings_and_comments = r"'''.*?'''|'[^'\n]*'|\"[^\"\n]*\"|//[^\n]*"
    text = re.sub(strings_and_comments, "", TEXT, flags=re.DOTALL)
    for opened, closed in ("{}", "()"):
        assert text.count(opened) == text.count(closed) > 0
