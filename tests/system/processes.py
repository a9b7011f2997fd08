"""Which processes the tests have started."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

_MARK: Final = "MARIO_PERF_TESTS"
_PATIENCE: Final = 20.0
"""Seconds that a process may take to end once it was told to."""


def mark() -> None:
    """Mark what is started from now on: each process inherits the environment."""
    os.environ[_MARK] = str(os.getpid())


def left_running() -> list[str]:
    """Commands of processes that run though they have had time to end."""
    deadline = time.monotonic() + _PATIENCE
    while (left := marked()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def marked() -> list[str]:
    """Commands of all that the tests have started and that still runs."""
    marked = f"{_MARK}={os.getpid()}".encode()
    return [_command(each) for each in Path("/proc").glob("[0-9]*") if marked in _environment(each)]


def _environment(process: Path) -> list[bytes]:
    """Variables of a process; none of one that has ended, or is another user's."""
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _command(process: Path) -> str:
    try:
        words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        words = ""
    return f"{process.name}: {words.strip()}"
