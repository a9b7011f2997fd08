"""What a service that runs has to load: packages and versions, asked of its own interpreter."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mario_perf import process_environment, runs
from mario_perf.builds import node_modules
from mario_perf.run_record import Packages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mario_perf.runs import Run

QUERY_TIMEOUT = 15.0
MAX_PACKAGES = 5000
"""Seconds that an interpreter may take to answer, and packages that are kept."""

_LIST = """
import json, platform, re, sys
from importlib.metadata import distributions
found = {"python": platform.python_version()}
for each in distributions(path=[*sys.argv[2:], *sys.path]):
    name = each.metadata["Name"]
    if name and len(found) < int(sys.argv[1]):
        found.setdefault(re.sub("[-_.]+", "-", name).lower(), str(each.version))
print(json.dumps(found))
"""
"""The first of two packages of one name is the one that is imported."""


def packages_of(pid: int) -> Packages | None:
    """What the service has that was started as this process, or by it; None if unknown.

    The process that was started last is asked first: those before it may be a shell, or a tool that starts
    the service.
    """
    proc = Path("/proc")
    for process in reversed(list(_family(pid, proc))):
        with suppress(OSError, ValueError, subprocess.SubprocessError):
            program = (proc / str(process) / "exe").readlink().name
            if program.startswith(("python", "pypy")):
                return _python_packages(proc / str(process))
            if program.startswith("node") and (packages := _node_packages(proc / str(process))):
                return packages
    return None


def record_packages(run: Run, packages: Mapping[str, Packages | None], *, fresh: bool) -> Run:
    """The run with what its sides have loaded, and whether they are ``fresh``; in its folder, too."""
    targets = tuple(
        target.model_copy(update={"packages": packages.get(target.side), "fresh": fresh})
        for target in run.record.targets
    )
    known = replace(run, record=run.record.model_copy(update={"targets": targets}))
    runs.write(known)
    return known


def _family(pid: int, proc: Path) -> Iterator[int]:
    """A process, its children, theirs: each generation in the order in which it was started."""
    generation = [pid]
    while generation:
        yield from generation
        generation = [child for each in generation for child in _children(each, proc)]


def _children(pid: int, proc: Path) -> list[int]:
    with suppress(OSError):
        lists = (proc / str(pid) / "task").glob("*/children")
        return sorted(int(child) for each in lists for child in each.read_text().split())
    return []


def _python_packages(process: Path) -> Packages:
    """By the interpreter's own metadata, isolated from what surrounds this process.

    Raises:
        OSError, ValueError, SubprocessError: it does not answer.
    """
    environ = _environ(process)
    paths = [each for each in environ.get("PYTHONPATH", "").split(":") if each]
    answer = subprocess.run(
        [_interpreter(process, environ), "-I", "-c", _LIST, str(MAX_PACKAGES), *paths],
        cwd=process / "cwd",
        env=process_environment.for_child(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=QUERY_TIMEOUT,
        check=True,
    )
    return Packages(read="importlib.metadata", versions=json.loads(answer.stdout))


def _interpreter(process: Path, environ: Mapping[str, str]) -> Path:
    """By the name that it was started with: only that leads to a virtual environment, the program does not.

    Raises:
        OSError: the process is gone.
    """
    program = (process / "exe").resolve(strict=True)
    word = (process / "cmdline").read_bytes().split(b"\0")[0].decode(errors="replace")
    by_path = shutil.which(word, path=environ.get("PATH")) if "/" not in word else None
    started_as = by_path or (process / "cwd").resolve() / word
    in_environment = Path(environ.get("VIRTUAL_ENV", "/")) / "bin" / "python"
    candidates = (Path(started_as), in_environment)
    return next((each for each in candidates if each.is_file() and each.resolve() == program), program)


def _environ(process: Path) -> dict[str, str]:
    lines = (process / "environ").read_bytes().decode(errors="replace").split("\0")
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def _node_packages(process: Path) -> Packages | None:
    """By what npm noted where the service looks for packages.

    Raises:
        OSError, ValueError: it cannot be read.
    """
    cwd = (process / "cwd").resolve()
    locks = (folder / node_modules.INSTALLED_LOCK for folder in (cwd, *cwd.parents))
    lock = next((each for each in locks if each.is_file()), None)
    if lock is None:
        return None
    entries = node_modules.packages(lock.read_text(encoding="utf-8"))
    versions = {
        path.removeprefix(f"{node_modules.FOLDER}/"): str(each.get("version", "unknown"))
        for path, each in list(entries.items())[:MAX_PACKAGES]
    }
    return Packages(read=node_modules.INSTALLED_LOCK, versions=versions)
