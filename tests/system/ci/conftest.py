"""A project with a base and a change, as a CI sees it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.system.lent_pip import write_python

ROOT = Path(__file__).parents[3]
LONGEST = 240.0

COARSE = """
[thresholds]
latency_noise = 1.0
latency_resolution = 4.0
response_noise = 1.0
response_resolution = 4.0
tail_noise = 2.0
tail_resolution = 20.0
mean_noise = 1.0
mean_resolution = 20.0
error_noise = 0.05
error_resolution = 0.5
min_samples = 1
"""
"""A policy that a few short rounds can answer on any machine."""

HANDLER = Path("mario_perf/pizzeria/application/commands/place_order.py")
SLOWER = ("        with self.transaction():\n", "        __import__('time').sleep(0.03)\n")
"""The change: before this line, that one."""

SHORT = "--round-duration 2 --rounds 2"
"""Enough for a handler that is a hundred times slower."""

REGRESSED = 3
RECORDED = f"""#!{sys.executable}
import sys
sys.path.insert(0, {str(ROOT)!r})
from mario_perf.cli.main import main
from mario_perf.gate import duet
from tests.reports import samples
duet.play = lambda asked, narrator: samples.gate()
sys.exit(main())
"""
"""A ``mario-perf`` that does all that the real one does, but for playing rounds: its result is recorded."""


@dataclass(frozen=True, slots=True)
class Project:
    """A repository, and a clone of it in which the change request is checked out.

    ``base`` is the commit on ``main``, ``head`` the change on the branch ``slower``, and ``merge`` what the
    two give together.
    """

    origin: Path
    base: str
    head: str
    merge: str

    @property
    def source(self) -> str:
        """Mario-perf, as the recipes name it by its address."""
        return f"git+file://{self.origin}"

    def checkout(self, folder: Path, revision: str, *options: str) -> Path:
        """A clone with a revision checked out."""
        git("clone", "--quiet", *options, f"file://{self.origin}", str(folder), cwd=self.origin)
        git("fetch", "--quiet", *options, "origin", revision, cwd=folder)
        git("checkout", "--quiet", "--detach", revision, cwd=folder)
        return folder


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """With what is committed here, but without its history: to clone all of that takes seconds each time."""
    origin = tmp_path_factory.mktemp("project") / "origin"
    git("init", "--quiet", "--initial-branch", "main", str(origin), cwd=ROOT)
    git("archive", "--output", str(origin.with_suffix(".tar")), "HEAD", cwd=ROOT)
    with tarfile.open(origin.with_suffix(".tar")) as archive:
        archive.extractall(origin, filter="tar")
    (origin / "perf.toml").write_text(COARSE)
    git("add", "--all", "--force", cwd=origin)
    base = commit(origin, "A policy")
    git("checkout", "--quiet", "-b", "slower", cwd=origin)
    handler = origin / HANDLER
    before, inserted = SLOWER
    written = handler.read_text()
    assert written.count(before) == 1
    handler.write_text(written.replace(before, inserted + before))
    head = commit(origin, "Slow a handler")
    git("checkout", "--quiet", "-b", "merged", "main", cwd=origin)
    git("merge", "--quiet", "--no-ff", "-m", "Merge", "slower", cwd=origin)
    merge = git("rev-parse", "HEAD", cwd=origin)
    git("checkout", "--quiet", "main", cwd=origin)
    return Project(origin, base, head, merge)


def git(*arguments: str, cwd: Path) -> str:
    who = ("-c", "user.name=Mario", "-c", "user.email=mario@example.invalid", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *who, *arguments], cwd=cwd, capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


def commit(repository: Path, message: str) -> str:
    git("commit", "--quiet", "--all", "--message", message, cwd=repository)
    return git("rev-parse", "HEAD", cwd=repository)


def environment(**variables: str) -> dict[str, str]:
    """Ours without what a CI would have set, with the installed ``mario-perf`` on the PATH."""
    ci = ("GITHUB_", "CI_", "PYTHONPATH")
    own = {key: value for key, value in os.environ.items() if not key.startswith(ci)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**own, "PATH": path, **variables}


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH with a ``mario-perf`` in front that answers with the recorded result of a gate."""
    folder = tmp_path_factory.mktemp("recorded")
    command = folder / "mario-perf"
    command.write_text(RECORDED)
    command.chmod(0o755)
    return f"{folder}{os.pathsep}{environment()['PATH']}"


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a user without a home, who has Python and git and no ``mario-perf``.

    There is no index to install packages from: those that it needs are there already, but not itself.
    """
    folder = tmp_path_factory.mktemp("bare")
    write_python(folder, Path(sys.base_prefix) / "bin" / "python3")
    return environment(
        PATH=f"{folder}{os.pathsep}{os.defpath}",
        HOME="/nonexistent",
        PYTHONPATH=sysconfig.get_path("purelib"),
        PIP_NO_INDEX="1",
        PIP_NO_BUILD_ISOLATION="0",  # pip's way to say: do not isolate
    )


def shell(*command: str, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A script as the CI's runner starts it."""
    return subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=LONGEST
    )
