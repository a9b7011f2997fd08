"""The Jenkins example: its shell steps, as Jenkins starts them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.ci.conftest import ROOT, Project, environment, shell

if TYPE_CHECKING:
    from pathlib import Path

JENKINSFILE = ROOT / "deploy" / "ci" / "jenkins" / "Jenkinsfile"


@pytest.mark.e2e
def test_a_change_request_that_one_round_cannot_judge_ends_with_the_code_for_unstable(
    project: Project, tmp_path: Path
) -> None:
    text = JENKINSFILE.read_text()
    prepare, gate = re.findall(r"'''(.*?)'''", text, re.DOTALL)
    checkout = project.checkout(tmp_path / "checkout", project.head)
    env = environment(CHANGE_TARGET="main", PERF_OPTIONS="--rounds 1 --round-duration 2")
    prepared = shell("sh", "-xec", prepare, cwd=checkout, env=env)
    assert prepared.returncode == 0, prepared.stderr
    done = shell("sh", "-xec", gate, cwd=checkout, env=env)
    assert done.returncode == 4, done.stdout + done.stderr
    assert f"baseline {project.base[:12]}, candidate {project.head[:12]}" in done.stderr
    shown = re.findall(r"testResults: '(.*?)'", text)
    assert len(list(ET.parse(checkout / shown[0]).iter("skipped"))) > 0
    assert (checkout / "performance" / "report.html").is_file()
    assert re.search(r"code == 4\) \{\s+unstable\(", text)


def test_its_brackets_are_closed() -> None:
    strings_and_comments = r"'''.*?'''|'[^'\n]*'|\"[^\"\n]*\"|//[^\n]*"
    text = re.sub(strings_and_comments, "", JENKINSFILE.read_text(), flags=re.DOTALL)
    for opened, closed in ("{}", "()"):
        assert text.count(opened) == text.count(closed) > 0
