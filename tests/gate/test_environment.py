"""What a started process finds in its environment."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gate import environment
from gate.processes import running, wait_for_end

REPOSITORY = subprocess.run(
    ["git", "rev-parse", "--local-env-vars"], check=True, capture_output=True, text=True, timeout=30
).stdout.split()


def seen_by_a_child(tmp_path: Path, **added: str) -> dict[str, str]:
    log = tmp_path / "log"
    show = [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"]
    with running("child", show, log, env=added) as child:
        assert wait_for_end(child, 30, lambda: None) == 0
    found: dict[str, str] = json.loads(log.read_text())
    return found


def test_a_child_inherits_nothing_that_names_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in REPOSITORY:
        monkeypatch.setenv(name, "/elsewhere")
    monkeypatch.setenv("DATABASE_URL", "kept")
    seen = seen_by_a_child(tmp_path, ADDED="too")
    assert seen.keys().isdisjoint(REPOSITORY)
    assert (seen["DATABASE_URL"], seen["ADDED"]) == ("kept", "too")


def test_git_inherits_nothing_that_names_a_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in REPOSITORY:
        monkeypatch.setenv(name, "/elsewhere")
    assert environment.for_git().keys().isdisjoint(REPOSITORY)


def test_without_git_a_child_is_started_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment._of_a_repository.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert environment.for_child()["PATH"] == str(tmp_path)
    environment._of_a_repository.cache_clear()
