"""A virtual environment with the Neuroglia framework, which pins too much to share ours."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LOCK = ROOT / "requirements" / "neuroglia.txt"
FOLDER = ROOT / ".cache" / "neuroglia"
INSTALLING = 600.0
"""Seconds that the package index may take."""


class UnavailableError(Exception):
    """The framework cannot be installed; the message says why."""


def neuroglia_python(folder: Path = FOLDER) -> Path:
    """The interpreter of the environment, which is made at first and whenever the lock file changes.

    Raises:
        UnavailableError: the packages cannot be installed.
    """
    python, stamp = folder / "bin" / "python", folder / "requirements.txt"
    if stamp.exists() and stamp.read_bytes() == LOCK.read_bytes():
        return python
    venv.create(folder, clear=True, with_pip=True)
    install = (
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        LOCK,
    )
    try:
        subprocess.run(
            [python, *install], capture_output=True, text=True, timeout=INSTALLING, check=True, cwd=ROOT
        )
    except subprocess.TimeoutExpired as late:
        raise UnavailableError(f"not installed after {late.timeout:.0f} s") from late
    except subprocess.CalledProcessError as failed:
        raise UnavailableError(str(failed.stderr).strip().splitlines()[-1]) from failed
    stamp.write_bytes(LOCK.read_bytes())
    return python


def run(program: Path | str, *arguments: str, timeout: float = 120.0) -> str:
    """What a program or a module (``-m`` and its name) prints there, our packages on its path.

    Raises:
        UnavailableError: the environment cannot be made.
        subprocess.CalledProcessError: it failed.
    """
    command = [neuroglia_python(), program, *arguments]
    environment = {"PYTHONPATH": str(ROOT), "PATH": str(Path(sys.executable).parent)}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=timeout, check=True, cwd=ROOT
    )
    return done.stdout
