"""Where ledgers are kept: a folder a runner's environment, a file a gate. To merge them is to unite files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from mario_perf import local_file, runs
from mario_perf.errors import UserError
from mario_perf.ledger.entry import LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

VARIABLE: Final = "MARIO_PERF_LEDGER"
FOLDER: Final = "ledger"
_MOST: Final = 1 << 22
"""Bytes of an entry that are read."""


def find(runs_dir: Path = runs.LATEST.parent) -> Path:
    """The folder at ``MARIO_PERF_LEDGER``, or in the folder of runs."""
    return Path(os.environ.get(VARIABLE) or runs_dir / FOLDER)


def add(entries: Iterable[LedgerEntry], ledger: Path) -> int:
    """Write those that are new; returns how many. A gate that was played on replaces what it was before.

    Raises:
        UserError: they cannot be written.
    """
    new = 0
    for each in entries:
        path = ledger / each.environment / f"{each.gate}.json"
        if path.exists() and _read(path).rounds >= each.rounds:
            continue
        try:
            runs.make_root(ledger.parent)
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".unfinished")
            unfinished.write_text(each.model_dump_json(indent=1) + "\n", encoding="utf-8")
            unfinished.replace(path)
        except OSError as error:
            raise UserError(f"{path}: cannot be written ({error.strerror}); give {VARIABLE}") from error
        new += 1
    return new


def read(ledger: Path, environment: str = "*") -> tuple[LedgerEntry, ...]:
    """All entries of an environment, or of all, in the order of time.

    Raises:
        UserError: an entry cannot be read.
    """
    found = [_read(path) for path in sorted(ledger.glob(f"{environment}/*.json"))]
    return tuple(sorted(found, key=lambda each: (each.time, each.gate)))


def merge(sources: Iterable[Path], ledger: Path) -> int:
    """Add what other ledgers have; returns how many entries were new.

    Raises:
        UserError: a folder holds no ledger, or an entry cannot be read or written.
    """
    new = 0
    for source in sources:
        entries = read(source)
        if not entries:
            raise UserError(f"{source}: holds no ledger; give a folder that mario-perf calibrate wrote")
        new += add(entries, ledger)
    return new


def _read(path: Path) -> LedgerEntry:
    try:
        with local_file.opened(path) as file:
            return LedgerEntry.model_validate_json(file.read(_MOST))
    except (OSError, ValidationError) as error:
        raise UserError(f"{path}: not readable as an entry of a ledger; remove it") from error
