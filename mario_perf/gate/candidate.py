"""The candidate as a gate plays it: its service and its load from one snapshot."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from mario_perf.builds.snapshot import take_snapshot
from mario_perf.gate.load_process import from_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mario_perf.builds.origin import ServiceOrigin
    from mario_perf.gate.load_process import LoadPlan


@contextmanager
def candidate_snapshot(
    source: ServiceOrigin, load: LoadPlan, runs: Path
) -> Iterator[tuple[ServiceOrigin, LoadPlan]]:
    """The same service and load from a snapshot; a demo has no working tree.

    Raises:
        UserError: the snapshot cannot be taken.
    """
    if source.demo:
        yield source, load
        return
    with take_snapshot(source.checkout, runs) as snapshot:
        yield replace(source, checkout=snapshot), from_snapshot(load, source.checkout.path, snapshot.path)
