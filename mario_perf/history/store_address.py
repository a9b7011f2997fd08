"""Where the history is: a SQLite file, a PostgreSQL database, or a ref of a git repository."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mario_perf.history.store import Store

VARIABLE: Final = "MARIO_PERF_HISTORY"
FILE: Final = "history.db"
GIT: Final = "git:"


def open_store(where: str | None = None, runs: Path = Path("runs")) -> Store:
    """The store at ``where``, at ``MARIO_PERF_HISTORY``, or in the folder of runs; made if it is not there.

    Raises:
        StoreError: there is something else, or it was written by a newer version.
    """
    address = where or os.environ.get(VARIABLE) or str(runs / FILE)
    if address.startswith(GIT):
        from mario_perf.history.git_store import GitStore  # noqa: PLC0415 - each store loads what it needs

        return GitStore(Path(address.removeprefix(GIT) or "."))
    from mario_perf.history.sql_store import SqlStore  # noqa: PLC0415

    return SqlStore(address)
