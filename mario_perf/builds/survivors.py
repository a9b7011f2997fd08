"""Processes that left the group in which they were started, such as daemons: found by their environment."""

from __future__ import annotations

import os
import secrets
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE: Final = "MARIO_PERF_STARTED"
"""What a child and all its descendants inherit."""

PATIENCE: Final = 2.0
"""Seconds in which new ones are looked for: one that is found may just have started another."""


def new_mark() -> str:
    """A value of the variable that no other child has."""
    return secrets.token_hex(8)


def kill(mark: str) -> None:
    """Kill all that have the mark. Without ``/proc``, and without its environment, none is found."""
    deadline = time.monotonic() + PATIENCE
    while (found := list(_marked(f"{VARIABLE}={mark}".encode()))) and time.monotonic() < deadline:
        for process in found:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def _marked(variable: bytes) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # another user's, or gone
            if variable in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)
