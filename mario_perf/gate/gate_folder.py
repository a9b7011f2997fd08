"""The folder of a gate or a search, and the link to the latest report."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mario_perf import runs
from mario_perf.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path


def make(runs_dir: Path, suffix: str = "") -> Path:
    """A new folder, named by the time.

    Raises:
        UserError: it cannot be made.
    """
    folder = runs_dir / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}{suffix}"
    try:
        runs.make_root(runs_dir)
        folder.mkdir()
    except OSError as error:
        raise UserError(f"{folder}: cannot be made ({error.strerror}); give another --runs-dir") from error
    return folder


def point_latest(folder: Path) -> None:
    """Let ``latest`` beside a folder name it, in one go.

    Raises:
        UserError: something else has that name, or the disk is full.
    """
    link, new = folder.parent / "latest", folder.parent / f".latest-{folder.name}"
    try:
        new.symlink_to(folder.name)
        new.replace(link)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise UserError(f"{link}: cannot be made a link ({error.strerror}); remove what is there") from error
