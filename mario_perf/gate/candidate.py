"""The candidate as a gate plays it: its service and its load from one snapshot."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from mario_perf.builds.snapshot import taken
from mario_perf.gate.load_process import from_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mario_perf.builds.origin import Origin
    from mario_perf.gate.load_process import Load


@contextmanager
def played(source: Origin, load: Load, runs: Path) -> Iterator[tuple[Origin, Load]]:
    """The same service and load from a snapshot; a demo has no working tree.

    Raises:
        UserError: the snapshot cannot be taken.
    """
    if source.demo:
        yield source, load
        return
    with taken(source.checkout, runs) as made:
        yield replace(source, checkout=made), from_snapshot(load, source.checkout.path, made.path)
