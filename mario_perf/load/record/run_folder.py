"""The folder of a run. Its files are complete, or absent."""

from __future__ import annotations

import itertools
import os
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mario_perf import runs

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.run_record import RunRecord


def create(runs_dir: Path, run_id: str | None) -> Path:
    """Make a folder named after the id, with ``-2`` and so on where the name is taken.

    Raises:
        OSError: The folder cannot be made.
    """
    name = run_id or f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    runs.make_root(runs_dir)
    for number in itertools.count(1):
        folder = runs_dir / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise AssertionError("unreachable")


def write(folder: Path, record: RunRecord) -> None:
    """Write ``run.json`` and point ``latest`` beside the folder to it, each atomically.

    Raises:
        OSError: The disk is full, or the folder is gone.
    """
    unfinished = folder / f".run.json.{os.getpid()}"
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(record.model_dump_json(indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / "run.json")
    link = folder.parent / f".latest.{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name, target_is_directory=True)
    link.replace(folder.parent / "latest")
