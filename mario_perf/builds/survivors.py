"""Processes that left the group in which they were started, such as daemons: found by their environment."""

from __future__ import annotations

import os
import re
import secrets
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VARIABLE: Final = "MARIO_PERF_STARTED"
"""What a child and all its descendants inherit: who started it, and which child it is."""

PATIENCE: Final = 2.0
"""Seconds in which new ones are looked for: one that is found may just have started another."""

_LOOKS: Final = 50
_GLIMPSE: Final = 0.002
"""How often, and seconds apart, a process without variables is read: it may be about to become a program."""

_PROC: Final = Path("/proc")
_PREFIX: Final = f"{VARIABLE}=".encode()
_MARK: Final = re.compile(r"(pid:\[\d+\])/(\d{1,9})/(\d+)/[0-9a-f]+", re.ASCII)
"""Where the starter's number has a meaning, the number, and when the starter began."""

_STATE, _START_TIME = 0, 19
"""Fields of ``stat`` after the name (proc_pid_stat(5)). No two processes have one number and start time."""

_ENDED: Final = ("Z", "X")
"""States of a process that has ended and whose parent has not asked how."""


def new_mark() -> str:
    """A value of the variable that no other child has."""
    pid = os.getpid()
    return f"{_namespace()}/{pid}/{_start_time(pid)}/{secrets.token_hex(8)}"


def kill(mark: str) -> None:
    """Kill all that have the mark. Without ``/proc``, and without its environment, none is found."""
    _kill_all(lambda _, found: found == mark)


def kill_left() -> None:
    """Kill what this user's commands left that were killed themselves.

    A process whose command runs is not touched, nor one whose command cannot be seen from here: in a
    container, the same number is another process.
    """
    here, user, own = _namespace(), os.geteuid(), str(os.getpid())

    def is_left(folder: Path, mark: str) -> bool:
        return folder.name != own and folder.stat().st_uid == user and _has_lost_starter(mark, here)

    _kill_all(is_left)


def _has_lost_starter(mark: str, here: str) -> bool:
    match = _MARK.fullmatch(mark)
    return match is not None and match[1] == here and not _runs(int(match[2]), match[3])


def _runs(pid: int, started: str) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's: nothing is said about it here
        return True
    return _start_time(pid) == started


def _kill_all(is_meant: Callable[[Path, str], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while (found := list(_marked(is_meant))) and time.monotonic() < deadline:
        for process in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)


def _marked(is_meant: Callable[[Path, str], bool]) -> Iterator[int]:
    for folder in _PROC.glob("[0-9]*"):
        with suppress(OSError):  # another user's, or gone
            variables = _environment(folder).split(b"\0")
            marks = [each.removeprefix(_PREFIX) for each in variables if each.startswith(_PREFIX)]
            if any(is_meant(folder, mark.decode(errors="replace")) for mark in marks):
                yield int(folder.name)


def _environment(folder: Path) -> bytes:
    """A process's variables. Inside of execve(2) it has none for a moment; one of the kernel never has."""
    for _ in range(_LOOKS):
        if variables := (folder / "environ").read_bytes():
            return variables
        (folder / "exe").readlink()
        time.sleep(_GLIMPSE)
    return b""


def _start_time(pid: int) -> str:
    """When a process began, in the system's ticks; empty where none of this number runs."""
    with suppress(OSError, IndexError):
        fields = (_PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].decode().split()
        return "" if fields[_STATE] in _ENDED else fields[_START_TIME]
    return ""


def _namespace() -> str:
    """Where numbers of processes have one meaning; empty where the system does not say."""
    with suppress(OSError):
        return (_PROC / "self" / "ns" / "pid").readlink().name
    return ""
