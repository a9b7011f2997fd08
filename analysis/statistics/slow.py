"""The slowest executions of each operation, counted above a bound that both sides share.

A count above a bound is exact however wide the buckets are, and tells of what no p95 sees: a few requests in
a hundred that take many times as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.statistics.shares import Counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.statistics.replicates import Replicates

    Floats = NDArray[np.float64]

SLOWEST = 0.01
"""Share of all executions, both sides together, that counts as slow, at most."""


def bounds(baseline: Replicates, candidate: Replicates) -> Floats:
    """Seconds from which an execution of each operation is slow: ``(O,)``, one of the histogram's bounds.

    The lowest bound that at most ``SLOWEST`` of all executions lie above. Both sides together choose it, so
    that neither is favoured. The highest bound where more lie even above that.
    """
    return np.asarray(baseline.bounds[_first(baseline, candidate) - 1])


def counted(baseline: Replicates, candidate: Replicates) -> tuple[Counted, Counted]:
    """Executions above the bound and all, of both sides."""
    first = _first(baseline, candidate)
    buckets = np.arange(baseline.counts.shape[-1])
    slow = buckets >= first[:, None]  # (O, B + 1)
    sides = (
        Counted((side.counts * slow).sum(axis=-1), side.counts.sum(axis=-1)) for side in (baseline, candidate)
    )
    return next(sides), next(sides)


def _first(baseline: Replicates, candidate: Replicates) -> NDArray[np.intp]:
    """The first bucket that counts as slow, of each operation; at least 1."""
    counts = baseline.counts.sum(axis=0) + candidate.counts.sum(axis=0)
    from_above = counts[:, ::-1].cumsum(axis=-1)[:, ::-1]
    many = from_above > SLOWEST * from_above[:, :1]
    return np.asarray(np.clip(many.sum(axis=-1), 1, len(baseline.bounds)))
