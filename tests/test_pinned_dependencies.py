"""What a workflow runs of others is named by a hash: a tag can be moved."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
USES = re.compile(r"uses: +([\w.-]+)/([\w./-]+)@(\S+)(.*)")
PLACES = ("action.yml", "README.md", "docs/*.md", "deploy/**/*.yml")


def test_each_action_of_others_is_pinned_by_its_commit_and_names_its_version() -> None:
    found = [
        (path.name, *match.groups())
        for pattern in PLACES
        for path in ROOT.glob(pattern)
        for match in USES.finditer(path.read_text(encoding="utf-8"))
    ]
    others = [each for each in found if each[1] != "OWNER"]
    assert {each[2] for each in others} >= {"checkout", "setup-python", "upload-artifact"}
    for name, owner, action, revision, rest in others:
        assert re.fullmatch(r"[0-9a-f]{40}", revision), (name, owner, action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", rest), (name, action)


@pytest.mark.parametrize("file", ["gate.txt", "test.txt"])
def test_each_python_package_has_a_hash(file: str) -> None:
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8").replace("\\\n", " ")
    packages = [line for line in text.splitlines() if line.strip() and not line.startswith(("#", "-"))]
    assert len(packages) > 20
    assert [line for line in packages if "--hash=sha256:" not in line] == []


def test_the_step_with_the_token_runs_nothing_of_earlier_steps() -> None:
    steps = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    (comment,) = [each for each in steps if "GITHUB_TOKEN" in each.get("env", {})]
    assert (comment["env"]["BASH_ENV"], comment["env"]["LD_PRELOAD"]) == ("", "")
    assert re.search(r'^"\$PYTHON" -I "\$SOURCE/', comment["run"])
