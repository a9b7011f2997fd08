"""A build made ready: its ``setup`` is run, or an environment with the same packages is found again."""

from __future__ import annotations

import hashlib
import shlex
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mario_perf import process_environment
from mario_perf.builds import environment_cache, git, node_modules
from mario_perf.builds.dependencies import names_dependencies
from mario_perf.builds.processes import start_process, wait_for_end
from mario_perf.builds.setups import Setup, setup_for
from mario_perf.configuration.policy import makes_environment
from mario_perf.errors import UserError
from mario_perf.reports.redaction import arguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mario_perf.builds.build import Build
    from mario_perf.reports.progress import Narrator

SETUP_TIMEOUT = 900.0
VERSION_TIMEOUT = 30.0
"""Seconds that a command of a setup may take, and a program may to tell its version."""


@dataclass(frozen=True, slots=True)
class _SetupJob:
    """A setup of a build; its output goes into the folder ``logs``."""

    build: Build
    setup: Setup
    logs: Path
    narrator: Narrator

    def make(self, folder: Path) -> None:
        """Fill an environment, with what the commands put into the checkout, too."""
        packages = self.build.checkout.path / node_modules.FOLDER
        try:
            for command in map(replace(self.build, environment=folder).fill, self.setup.commands):
                _run(self.build, command, self.logs, self.narrator)
            if self.setup.moves_node_modules:
                packages.mkdir(exist_ok=True)
                shutil.move(packages, folder / node_modules.FOLDER)
        finally:
            if self.setup.moves_node_modules:
                shutil.rmtree(packages, ignore_errors=True)


@contextmanager
def prepare(build: Build, folder: Path, narrator: Narrator) -> Iterator[Build]:
    """The build after its policy's ``setup``, with the environment that was made for it, if any.

    Once for all rounds; output goes into ``folder``.

    Raises:
        UserError: a command failed or took too long, or a ready-made setup does not fit the build.
    """
    if build.service is None or not build.service.setup:
        yield build
        return
    words = build.service.setup
    if not makes_environment(words):
        _run(build, words, folder, narrator)
        yield build
        return
    python = shutil.which("python3") or sys.executable
    files = git.files(build.checkout, names_dependencies)
    job = _SetupJob(build, setup_for(words, python, files), folder, narrator)
    if job.setup.moves_node_modules and _has_node_modules(build.checkout.path):
        yield build
        return
    name = _cache_key(job, _version(job), files)
    cache = environment_cache.cache_folder()
    with (
        environment_cache.acquire(cache, name, job.make) as environment,
        _link_node_modules(job, environment),
    ):
        yield replace(build, environment=environment)


def _run(build: Build, command: Sequence[str], folder: Path, narrator: Narrator) -> None:
    narrator.say(f"setting up the {build.name}: {shlex.join(arguments(command))}")
    name, log = f"setup of the {build.name}", folder / f"{build.name}.setup.log"
    with start_process(name, command, log, cwd=build.checkout.path) as child:
        if wait_for_end(child, SETUP_TIMEOUT, narrator.tick) != 0:
            raise UserError(f"{child.exit_text}; its output is in {log}")


@contextmanager
def _link_node_modules(job: _SetupJob, environment: Path) -> Iterator[None]:
    if not job.setup.moves_node_modules:
        yield
        return
    with node_modules.link_packages(job.build.checkout.path, environment):
        yield


def _has_node_modules(checkout: Path) -> bool:
    """Whether packages are there that somebody has installed: they are left as they are.

    Raises:
        UserError: they are not those that the lock file names.
    """
    packages, installed_lock = checkout / node_modules.FOLDER, checkout / node_modules.INSTALLED_LOCK
    if packages.is_symlink() and environment_cache.cache_folder() in packages.readlink().parents:
        packages.unlink()  # of a gate that was killed
    if not packages.exists():
        return False
    try:
        lock = (checkout / "package-lock.json").read_text(encoding="utf-8")
        if node_modules.matches_lock(lock, installed_lock.read_text(encoding="utf-8")):
            return True
    except (OSError, ValueError):
        pass
    raise UserError(
        f"{packages}: its packages are not those of package-lock.json; run npm ci, or remove the folder"
    )


def _version(job: _SetupJob) -> str:
    """What the setup's program says that an environment is made with."""
    command = job.setup.version
    try:
        process = subprocess.run(
            command,
            cwd=job.build.checkout.path,
            env=process_environment.for_child(),
            capture_output=True,
            text=True,
            timeout=VERSION_TIMEOUT,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UserError(f"{command[0]} does not print its version ({error}); check that it works") from error
    return process.stdout


def _cache_key(job: _SetupJob, version: str, files: Mapping[str, bytes]) -> str:
    """What an environment is known by: all that it is made of, as a hash."""
    digest = hashlib.sha256(repr((job.setup, version)).encode())
    root = job.build.checkout.path
    all_files = job.setup.extent != "dependencies"
    for path in sorted(git.paths(job.build.checkout) if all_files else files):
        content = (root / path).read_bytes() if (root / path).is_file() else b""
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    if job.setup.extent == "place":
        digest.update(str(root).encode())
    return digest.hexdigest()[:20]
