"""What a service on this machine uses, from the operating system: named as Prometheus clients name it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAMES: Final = (
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_open_fds",
    "process_threads",
)

_PROC: Final = Path("/proc")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")

_CPU = slice(11, 15)
"""Fields of ``stat`` after the name: the process in user and system mode, then its children that ended."""

_THREADS, _PAGES = 17, 21
"""Of the same fields (proc_pid_stat(5))."""


def usage(pid: int, proc: Path = _PROC) -> Mapping[str, float]:
    """CPU seconds, resident bytes, open files and threads of a process and all that it started.

    Empty where the operating system does not say.
    """
    figures = [found for each in _family(pid, proc) if (found := _figures(proc / str(each)))]
    if not figures:
        return {}
    return {name: sum(each) for name, each in zip(NAMES, zip(*figures, strict=True), strict=True)}


def _figures(folder: Path) -> tuple[float, ...] | None:
    """Of one process, in the order of the names; None if it ended, or is not ours to look at."""
    with suppress(OSError, ValueError, IndexError):
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        cpu = sum(int(each) for each in fields[_CPU]) / _TICKS
        files = sum(1 for _ in (folder / "fd").iterdir())
        return cpu, float(int(fields[_PAGES]) * _PAGE), float(files), float(fields[_THREADS])
    return None


def _family(pid: int, proc: Path) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for children in (proc / str(pid) / "task").glob("*/children"):
            for child in children.read_text().split():
                yield from _family(int(child), proc)
