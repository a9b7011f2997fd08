"""Environments that were made for a build, kept for the next gate of a build that needs the same."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mario_perf.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_ENVIRONMENTS = 10
"""Environments that stay, the last used; more where more are in use."""


def cache_folder() -> Path:
    """Where they are kept: a folder in the user's cache.

    Raises:
        UserError: it cannot be made.
    """
    folder = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))  # noqa: PTH111
    environments = folder.absolute() / "mario-perf" / "environments"
    try:
        environments.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"{environments}: environments cannot be stored there ({error.strerror}); "
            "set XDG_CACHE_HOME to a writable folder"
        ) from error
    return environments


@contextmanager
def acquire(folder: Path, name: str, make: Callable[[Path], None]) -> Iterator[Path]:
    """The environment of a name: made if it is not there whole, and not removed while the block runs.

    ``make`` fills an empty folder, which has its final path: an environment of Python cannot be moved. Only
    a marker beside it says that it is whole. Of several gates that want the same, one makes it.

    Raises:
        Exception: whatever ``make`` raises; what it left is removed.
    """
    with _lock(folder, name) as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        while not _marker(folder, name).exists():
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _marker(folder, name).exists():
                _make(folder, name, make)
            fcntl.flock(lock, fcntl.LOCK_SH)  # which lets go of the lock for a moment
        os.utime(_marker(folder, name))
        prune(folder, MAX_ENVIRONMENTS)
        yield folder / name


def prune(folder: Path, max_environments: int) -> None:
    """Remove what was not used for longest, and what was never whole; nothing that is in use."""
    markers = sorted(folder.glob("*.whole"), key=lambda marker: marker.stat().st_mtime, reverse=True)
    newest = {marker.stem for marker in markers[:max_environments]}
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name not in newest:
            with suppress(BlockingIOError), _lock(folder, entry.name) as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(folder, entry.name)


def _make(folder: Path, name: str, make: Callable[[Path], None]) -> None:
    _remove(folder, name)
    (folder / name).mkdir()
    try:
        make(folder / name)
    except BaseException:
        _remove(folder, name)
        raise
    _marker(folder, name).touch()


def _remove(folder: Path, name: str) -> None:
    _marker(folder, name).unlink(missing_ok=True)
    shutil.rmtree(folder / name, ignore_errors=True)


def _marker(folder: Path, name: str) -> Path:
    return folder / f"{name}.whole"


@contextmanager
def _lock(folder: Path, name: str) -> Iterator[int]:
    """A file to lock, which stays: who removed it would take it from others who wait for it."""
    descriptor = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
