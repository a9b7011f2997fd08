"""Builds made ready, in environments that are found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mario_perf.builds import git
from mario_perf.builds.build import Build
from mario_perf.builds.preparation import prepare
from mario_perf.configuration.policy import Service
from mario_perf.errors import UserError
from mario_perf.reports.progress import PlainNarrator
from tests.system.builds.test_git import repository

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["repository"]

COUNTS = ("sh", "-c", "echo made >> made.txt; touch {environment}/there")
"""A setup that leaves a trace of every time it is run."""

LOCK = '{"packages": {"node_modules/a": {"version": "%s"}}}'
NPM = """#!/bin/sh
mkdir -p node_modules/a && cp package-lock.json node_modules/.package-lock.json && echo npm >> ../npm.txt
"""
"""Stands for npm, which would need a registry."""


@pytest.fixture
def build(repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Build:
    """The working tree of a repository, with a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path.with_name(f"{tmp_path.name}-cache")))
    (repository / "requirements.txt").write_text("a==1\n")
    service = Service(start=("{environment}/bin/serve", "{port}"), setup=COUNTS)
    return Build("candidate", git.working_tree(), service)


def environment_of(build: Build, folder: Path) -> Path:
    with prepare(build, folder, PlainNarrator()) as ready:
        assert ready.environment is not None
        assert (ready.environment / "there").exists()
        assert ready.command(4711) == [f"{ready.environment}/bin/serve", "4711"]
        return ready.environment


def test_a_setup_is_skipped_where_the_same_dependencies_were_set_up_before(
    build: Build, tmp_path: Path
) -> None:
    first = environment_of(build, tmp_path)
    (tmp_path / "code.py").write_text("changed")
    assert environment_of(build, tmp_path) == first
    (tmp_path / "requirements.txt").write_text("a==2\n")
    assert environment_of(build, tmp_path) != first
    assert (tmp_path / "made.txt").read_text().split() == ["made", "made"]


def test_another_setup_is_another_environment(build: Build, tmp_path: Path) -> None:
    first = environment_of(build, tmp_path)
    other = Service(start=build.service.start, setup=(*COUNTS, "more"))  # type: ignore[union-attr]
    assert environment_of(Build("candidate", build.checkout, other), tmp_path) != first


def test_a_setup_that_failed_is_run_again(build: Build, tmp_path: Path) -> None:
    fails = Service(start=("serve",), setup=("sh", "-c", "echo no such package; exit 1 # {environment}"))
    failing = Build("candidate", build.checkout, fails)
    for _ in range(2):
        with pytest.raises(UserError, match="setup of the candidate ended with exit code 1: no such package"):
            with prepare(failing, tmp_path, PlainNarrator()):
                pass


@pytest.fixture
def node(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """A Node service with one package, not installed."""
    tools = tmp_path.with_name(f"{tmp_path.name}-tools")
    tools.mkdir()
    for name, script in (("npm", NPM), ("node", "#!/bin/sh\necho v20\n")):
        (tools / name).write_text(script)
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tools), prepend=":")
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "package-lock.json").write_text(LOCK % 1)
    return Build("candidate", build.checkout, Service(start=("node", "."), setup=("npm",)))


def test_node_packages_are_installed_once_and_not_left_in_the_checkout(node: Build, tmp_path: Path) -> None:
    for _ in range(2):
        with prepare(node, tmp_path, PlainNarrator()):
            assert (tmp_path / "node_modules" / "a").is_dir()
        assert not (tmp_path / "node_modules").exists()
    assert (tmp_path.parent / "npm.txt").read_text().split() == ["npm"]


def test_node_packages_that_somebody_installed_are_used_and_stay(node: Build, tmp_path: Path) -> None:
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / ".package-lock.json").write_text(LOCK % 1)
    with prepare(node, tmp_path, PlainNarrator()) as ready:
        assert ready.environment is None
    (tmp_path / "package-lock.json").write_text(LOCK % 2)
    with pytest.raises(UserError, match=r"its packages are not those of .*; run npm ci"):
        with prepare(node, tmp_path, PlainNarrator()):
            pass
    assert (tmp_path / "node_modules" / ".package-lock.json").exists()
