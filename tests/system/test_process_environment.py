"""What a started process finds in its environment."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mario_perf import process_environment
from mario_perf.builds.processes import start_process, wait_for_end

REPOSITORY = subprocess.run(
    ["git", "rev-parse", "--local-env-vars"], check=True, capture_output=True, text=True, timeout=30
).stdout.split()


def seen_by_a_child(tmp_path: Path, **added: str) -> dict[str, str]:
    log = tmp_path / "log"
    show = [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"]
    with start_process("child", show, log, env=added) as child:
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
    assert process_environment.for_git().keys().isdisjoint(REPOSITORY)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "GITHUB_ENV",
            "GITHUB_PATH",
            "GITHUB_OUTPUT",
            "GITHUB_STEP_SUMMARY",
            "GITHUB_STATE",
            "GITHUB_TOKEN",
        ),
        *(
            "GH_TOKEN",
            "ACTIONS_RUNTIME_TOKEN",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
            "ACTIONS_ID_TOKEN_REQUEST_URL",
        ),
        *(
            "ACTIONS_RUNTIME_URL",
            "CI_JOB_TOKEN",
            "CI_JOB_JWT_V2",
            "CI_REGISTRY_PASSWORD",
            "CI_REPOSITORY_URL",
        ),
        *("PROMETHEUS_TOKEN", "PROMETHEUS_PASSWORD"),
    ],
)
def test_a_child_cannot_speak_for_the_job_nor_steer_its_next_steps(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "hunter2")
    assert "hunter2" not in process_environment.for_child().values()


@pytest.mark.parametrize(
    "name", ["CI", "GITHUB_SHA", "GITHUB_ACTIONS", "CI_COMMIT_SHA", "SHOP_TOKEN", "PATH"]
)
def test_a_child_inherits_what_else_there_is(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "kept")
    assert process_environment.for_child()[name] == "kept"


def test_every_child_is_started_without_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ENV", "/file")
    assert "GITHUB_ENV" not in seen_by_a_child(tmp_path)


def test_without_git_a_child_is_started_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process_environment._git_variables.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert process_environment.for_child()["PATH"] == str(tmp_path)
    process_environment._git_variables.cache_clear()
