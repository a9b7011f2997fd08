"""Whole gates with a secret in everything that they are given: it must be in nothing that they leave."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from mario_perf.builds.ports import free_port
from mario_perf.reports.formats import FORMATS
from tests.system.ci.conftest import environment, git, shell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.system.ci.conftest import Project

SECRET = "hunter2-Zx81"
SERVICE = f"""
[service]
setup = ["env", "API_TOKEN={SECRET}", "true"]
start = [
    "env", "DB=postgres://mario:{SECRET}@db", "python", "-m", "mario_perf.pizzeria", "--port", "{{port}}"
]
ready = "/ready"
"""
EVERY_FORMAT = tuple(word for name in FORMATS for word in ("--format", name))
SHORTEST = ("--rounds", "1", "--round-duration", "2", *EVERY_FORMAT)


def gate(*options: str, cwd: Path, runs: Path) -> list[str]:
    """What a gate says and writes, on GitHub, with secrets in its environment."""
    runs.mkdir()
    env = environment(
        GITHUB_ACTIONS="true",
        GITHUB_STEP_SUMMARY=str(runs / "summary"),
        GITHUB_OUTPUT=str(runs / "output"),
        GITHUB_TOKEN=SECRET,
        PROMETHEUS_TOKEN=SECRET,
    )
    done = shell("mario-perf", "gate", *SHORTEST, "--runs-dir", str(runs), *options, cwd=cwd, env=env)
    assert done.returncode == 4, done.stderr  # one round confirms nothing
    files = [path for path in runs.rglob("*") if path.is_file()]
    assert {"report.html", "report.xml", "run.json", "summary"} <= {path.name for path in files}
    return [done.stdout, done.stderr, *map(str, files), *map(text, files)]


def text(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode(errors="replace")


@pytest.fixture
def urls(pizzeria: Callable[..., str]) -> list[str]:
    """Two pizzerias, each by a URL with a password."""
    return [url.replace("http://", f"http://mario:{SECRET}@") for url in (pizzeria(), pizzeria())]


@pytest.mark.e2e
def test_of_commands_the_environment_and_the_remote(project: Project, tmp_path: Path) -> None:
    checkout = project.checkout(tmp_path / "checkout", project.base)
    with (checkout / "perf.toml").open("a") as file:
        file.write(SERVICE)
    git("remote", "set-url", "origin", f"https://mario:{SECRET}@git.example.invalid/pizza", cwd=checkout)
    left = gate("--against", project.base, cwd=checkout, runs=tmp_path / "runs")
    assert any("setting up the candidate: env 'API_TOKEN=***' true" in each for each in left)
    assert [each for each in left if SECRET in each] == []


@pytest.mark.e2e
def test_of_urls(urls: list[str], tmp_path: Path) -> None:
    options = ("--baseline-url", urls[0], "--candidate-url", urls[1])
    left = gate(*options, cwd=tmp_path, runs=tmp_path / "runs")
    assert [each for each in left if SECRET in each] == []


def test_of_a_url_where_nobody_answers(tmp_path: Path) -> None:
    url = f"http://mario:{SECRET}@127.0.0.1:{free_port()}"
    options = ("--baseline-url", url, "--candidate-url", url, "--runs-dir", str(tmp_path))
    done = shell("mario-perf", "gate", *options, cwd=tmp_path, env=environment())
    assert done.returncode == 2
    assert "the service does not answer" in done.stderr
    assert SECRET not in done.stdout + done.stderr
