"""Signs that several processes answer at one port, or count in one place.

A process starts once, and its counters only grow. So a start time that goes back, or counters that fall again
and again, come from processes that take turns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mario_perf.figures import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mario_perf.model import Reconciliation

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

_MIN_FALLS = 2
_SPREAD = 0.1
_WHOLE = 0.02
_MIN_COUNT = 20
"""Falls of a counter that no restart explains. How far shares of operations lie apart that are alike, and how
near to a whole number one is. Requests of an operation that tell."""


def take_turns(starts: Floats, executions: Counts) -> bool:
    """Whether scrapes show several processes in turn.

    Args:
        starts: of the process, unix seconds, NaN where a scrape does not tell; shape ``(T,)``.
        executions: counted until each scrape, by operation; shape ``(T, N)``.
    """
    known = starts[~np.isnan(starts)]
    falls = (np.diff(executions.sum(axis=1)) < 0).sum()
    return bool((np.diff(known) < 0).any()) or bool(falls >= _MIN_FALLS)


def explain(rows: Sequence[Reconciliation]) -> str:
    """What to do about counts that differ: by whether all operations differ alike."""
    if not any(row.server_whole for row in rows):
        return "the page counts none of the requests: see that it is the page of the service that is asked"
    shares = [row.server_whole / row.client_whole for row in rows if row.client_whole >= _MIN_COUNT]
    if not shares or max(shares) - min(shares) > _SPREAD * max(shares):
        return "see that nothing else uses the service"
    share = sum(shares) / len(shares)
    if share < 1 - _SPREAD:
        return (
            f"the page shows {percent(share)} of each operation, as one of several processes behind one port "
            "does: show the sum of all (PROMETHEUS_MULTIPROC_DIR in Python), start one process, or name the "
            "replicas by --prometheus-match"
        )
    if round(share) > 1 and abs(share - round(share)) <= _WHOLE * share:
        return (
            f"each operation is counted {round(share)} times: look for a second instrumentation, or for a "
            "PROMETHEUS_MULTIPROC_DIR that both sides share; each process tree needs a folder of its own"
        )
    return "see that nothing else uses the service"
