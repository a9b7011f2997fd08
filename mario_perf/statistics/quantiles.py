"""What a histogram says, and how well it can know it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mario_perf.model import Quantile
from mario_perf.statistics import buckets

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]


def quantile(counts: Counts, bounds: Floats, q: float) -> Quantile:
    """The ``q`` quantile (0 < q <= 1) of a histogram with ``counts`` (B + 1,) and ``bounds`` (B,).

    The truth lies in the bucket where the ``q``-th share of the counts is reached: that is ``low`` and
    ``high``, infinite above the last bound. ``value`` is interpolated (``statistics.buckets.quantile``).
    NaN between 0 and infinity for an empty histogram, and for one without a finite bound.
    """
    total = int(counts.sum())
    if total == 0 or len(bounds) == 0:
        return Quantile(math.nan, 0.0, math.inf)
    reached = counts.cumsum() >= q * total
    index = int(reached.argmax())
    low = float(bounds[index - 1]) if index > 0 else 0.0
    high = float(bounds[index]) if index < len(bounds) else math.inf
    return Quantile(float(buckets.quantile(counts, bounds, q)), low, high)


def mean(counts: Counts, time_spent: float) -> float:
    """Exact mean, seconds; NaN for an empty histogram."""
    total = int(counts.sum())
    return time_spent / total if total else math.nan
