"""The history beside a result: read in a bounded time, and never at the cost of the verdict."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread
from typing import TYPE_CHECKING, Final

from mario_perf.history.gate_batch import gate_batch
from mario_perf.model import Past

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.history.measurements import Batch
    from mario_perf.model import GateResult

SECONDS: Final = 2.0
"""How long the history may take to answer."""

BATCHES: Final = 120
"""Newest gates and runs that are read: those of other loads and machines are among them."""


def with_past(result: GateResult, runs_dir: Path) -> GateResult:
    """The result with the last revisions of its operations, or with why they are not known."""
    own = gate_batch(result)
    if own is None or not own.levels:
        return result
    found = [Past(problem=f"the history did not answer within {SECONDS:.0f} s")]

    def read() -> None:
        found.append(_read(result, own, runs_dir))

    reader = Thread(target=read, daemon=True)  # one that waits for a database does not keep the gate
    reader.start()
    reader.join(SECONDS)
    return replace(result, past=found[-1])


def _read(result: GateResult, own: Batch, runs_dir: Path) -> Past:
    from mario_perf.history.past_values import metrics_of, past_values  # noqa: PLC0415 - takes as long as
    from mario_perf.history.store_address import open_store  # noqa: PLC0415 - a gate's whole start

    try:
        metrics = metrics_of(result)
        store = open_store(runs=runs_dir)
        earlier = list(store.batches(sorted(set(metrics.values())), list(metrics), BATCHES))
        return Past(past_values(metrics, own, earlier, store.alerts()))
    except Exception as error:  # noqa: BLE001 - the verdict stands whatever the history holds
        return Past(problem=f"the history cannot be read: {error}")
