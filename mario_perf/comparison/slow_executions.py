"""The slowest executions of each operation, counted above a bound that both sides share.

A count above a bound is exact however wide the buckets are, and tells of what no p95 sees: a few requests in
a hundred that take many times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.statistics.shares import HitCounts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mario_perf.comparison.replicates import Replicates

    Floats = NDArray[np.float64]

SLOW_SHARE = 0.01
"""Share of all executions, both sides together, that counts as slow, at most."""


@dataclass(frozen=True, slots=True)
class SlowExecutions:
    """Both sides' executions above a bound.

    ``bounds``, shape ``(O,)``, are in seconds: the lowest of the histogram's that at most ``SLOW_SHARE`` of
    all executions lie above. Both sides together choose it, so that neither is favoured. It is the highest
    bound where more lie even above that.
    """

    bounds: Floats
    baseline: HitCounts
    candidate: HitCounts


def count_slow(baseline: Replicates, candidate: Replicates) -> SlowExecutions:
    first = _first_slow_bucket(baseline, candidate)
    buckets = np.arange(baseline.counts.shape[-1])
    slow = buckets >= first[:, None]  # (O, B + 1)

    def count(side: Replicates) -> HitCounts:
        return HitCounts((side.counts * slow).sum(axis=-1), side.counts.sum(axis=-1))

    return SlowExecutions(np.asarray(baseline.bounds[first - 1]), count(baseline), count(candidate))


def _first_slow_bucket(baseline: Replicates, candidate: Replicates) -> NDArray[np.intp]:
    """The first bucket that counts as slow, of each operation; at least 1."""
    counts = baseline.counts.sum(axis=0) + candidate.counts.sum(axis=0)
    from_above = counts[:, ::-1].cumsum(axis=-1)[:, ::-1]
    many = from_above > SLOW_SHARE * from_above[:, :1]
    return np.asarray(np.clip(many.sum(axis=-1), 1, len(baseline.bounds)))
