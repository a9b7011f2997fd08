"""A virtual environment with the Neuroglia framework and us beside it.

The framework pins versions that are older than those of our own lock file: hence an environment, and a lock
file, of their own.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import venv
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LOCK = ROOT / "requirements" / "neuroglia.txt"
PROJECT = ROOT / "pyproject.toml"
FOLDER = ROOT / ".cache" / "neuroglia"
INSTALLING = 600.0
"""Seconds that the package index may take."""


class UnavailableError(Exception):
    """The framework cannot be installed; the message says why."""


def neuroglia_python(folder: Path = FOLDER) -> Path:
    """The interpreter of the environment, made at first and whenever what belongs into it changes.

    Raises:
        UnavailableError: the packages cannot be installed.
    """
    python, stamp = folder / "bin" / "python", folder / "stamp"
    wanted = LOCK.read_bytes() + PROJECT.read_bytes()
    if stamp.exists() and stamp.read_bytes() == wanted:
        return python
    venv.create(folder, clear=True)
    _link_packages(*folder.glob("lib/python*/site-packages"))
    _install(python, "--no-deps", "--require-hashes", "--requirement", LOCK)
    _install(python, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    stamp.write_bytes(wanted)
    return python


def _link_packages(packages: Path) -> None:
    """Link what this environment has in the locked version: to fetch and unpack it takes most of the time."""
    locked = LOCK.read_text(encoding="utf-8").splitlines()
    pins = {line.split()[0] for line in locked if "==" in line}
    for distribution in metadata.distributions(path=[sysconfig.get_path("purelib")]):
        if f"{re.sub(r'[-_.]+', '-', distribution.name).lower()}=={distribution.version}" in pins:
            _link(distribution, packages)


def _link(distribution: metadata.Distribution, packages: Path) -> None:
    for file in distribution.files or ():
        source = Path(str(file.locate()))
        if ".." not in file.parts and source.exists():
            (packages / file).parent.mkdir(parents=True, exist_ok=True)
            os.link(source, packages / file)


def _install(python: Path, *what: Path | str) -> None:
    """With our own pip: to unpack another one, and to compile what is never imported, takes a minute."""
    pip: list[Path | str] = [sys.executable, "-m", "pip", "--python", python]
    command = [*pip, "install", "--quiet", "--disable-pip-version-check", "--no-compile", *what]
    try:
        subprocess.run(command, capture_output=True, text=True, timeout=INSTALLING, check=True, cwd=ROOT)
    except subprocess.TimeoutExpired as late:
        raise UnavailableError(f"not installed after {late.timeout:.0f} s") from late
    except subprocess.CalledProcessError as failed:
        raise UnavailableError(str(failed.stderr).strip().splitlines()[-1]) from failed


def run(program: Path | str, *arguments: str, timeout: float = 120.0) -> str:
    """What a program or a module (``-m`` and its name) prints there.

    Raises:
        UnavailableError: the environment cannot be made.
        subprocess.CalledProcessError: it failed.
    """
    command = [neuroglia_python(), program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=True, cwd=ROOT)
    return done.stdout
