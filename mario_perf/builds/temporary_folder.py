"""Temporary folders that are gone afterwards: what a killed command left goes with the next one."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mario_perf.builds import survivors
from mario_perf.interruption import deferred

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX: Final = "mario-perf-"
_KINDS: Final = ("checkout", "service", "prometheus")
"""What each command removes of killed ones. The log of a doctor that failed stays until the next one."""


@contextmanager
def temporary_folder(kind: str, *, keep_after: tuple[type[Exception], ...] = ()) -> Iterator[Path]:
    """A new folder; those of one kind have paths of one length. It stays after some errors.

    Raises:
        OSError: it cannot be made.
    """
    _remove_stale({*_KINDS, kind})
    with ExitStack() as stack:
        with deferred():
            folder = _create(kind, stack)
            stack.push(lambda error, *_: _remove_unless_kept(folder, error, keep_after))
        yield folder


def _remove_unless_kept(
    folder: Path, error: type[BaseException] | None, keep_after: tuple[type[Exception], ...]
) -> None:
    if error is None or not issubclass(error, keep_after):
        remove(folder)


def remove(folder: Path) -> None:
    """Remove all of it, however often somebody presses Ctrl-C meanwhile."""
    with deferred():
        shutil.rmtree(folder, ignore_errors=True)


def has_kind(folder: Path, kind: str) -> bool:
    return folder.name.startswith(f"{_PREFIX}{kind}-")


@cache
def _kill_left_once() -> None:
    """Each command looks through all processes once: every round of a gate makes new folders."""
    survivors.kill_left()


def _remove_stale(kinds: set[str]) -> None:
    """Stop and remove what killed processes left: what a process uses, it holds."""
    _kill_left_once()
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if any(has_kind(folder, kind) for kind in kinds):
            with suppress(OSError), ExitStack() as stack:
                _lock(folder, stack)
                remove(folder)


def _create(kind: str, stack: ExitStack) -> Path:
    """One that is held; another process may take it for a stale one before that."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{kind}-"))
        with suppress(OSError):
            _lock(folder, stack)
            if folder.exists():
                return folder


def _lock(folder: Path, stack: ExitStack) -> None:
    """Lock a folder. The system lifts the lock when this process ends, however it ends.

    Raises:
        OSError: another process holds it, it is another user's, or it is gone.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    stack.callback(os.close, descriptor)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
