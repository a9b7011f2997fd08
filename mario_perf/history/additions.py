"""Results add themselves to the history, and never fail because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mario_perf.errors import UserError
from mario_perf.history.store_address import open_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mario_perf.history.measurements import Batch


def add(batches: Sequence[Batch], runs: Path) -> str | None:
    """Add batches to the history beside the runs; returns what to say where that is not possible."""
    try:
        if batches:
            open_store(runs=runs).append(batches)
    except UserError as error:
        return f"the result is not in the history: {error}"
    return None
