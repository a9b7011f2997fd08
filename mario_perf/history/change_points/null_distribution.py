"""What the greatest statistic of a series is when nothing changes, learned from the series itself.

Blocks of the series' own residuals are put together in random order. This keeps their distribution, and how
neighbours depend on each other. The greatest of many statistics follows a Gumbel distribution.

Sources: H. R. Künsch, "The Jackknife and the Bootstrap for General Stationary Observations", Annals of
Statistics 17 (1989), for the blocks; E. J. Gumbel, "Statistics of Extremes" (1958), for the distribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.history.change_points.rank_scan import centred_ranks, greatest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SERIES = 40
"""Number of permuted series."""

LONGEST = 1024
"""Values of a permuted series at most. For longer ones the Gumbel distribution is moved by their length."""

BLOCKS = 8
"""Fewest blocks of a series."""

_EULER = 0.5772156649
_SEED = 1


@dataclass(frozen=True, slots=True)
class Gumbel:
    """A distribution of maxima."""

    location: float
    scale: float

    def chance_above(self, value: float) -> float:
        """The chance that a maximum exceeds ``value``."""
        return float(-np.expm1(-np.exp(-(value - self.location) / self.scale)))


def null_distribution(residuals: Floats, block: int) -> Gumbel:
    """Of the greatest statistic of ``(n,)`` residuals in blocks of ``block``; the same for the same input."""
    n = len(residuals)
    used = min(n, LONGEST)
    maxima = greatest(centred_ranks(residuals)[_permuted(n, used, block)])
    scale = max(float(maxima.std(ddof=1)) * 6**0.5 / np.pi, 1e-9)
    return Gumbel(float(maxima.mean()) - _EULER * scale + scale * log(n / used), scale)


def block_length(residuals: Floats) -> int:
    """Length of blocks for ``(n,)`` residuals: twice the lag at which ranks stop to depend on each other."""
    n = len(residuals)
    longest = max(1, min(n, LONGEST) // BLOCKS)
    ranks = centred_ranks(residuals)
    variance = float((ranks**2).sum())  # a product of vectors would start a thread for each core
    if variance == 0:
        return 1
    most = min(longest, int(10 * np.log10(n)))
    lags = range(1, most + 1)
    free = (lag for lag in lags if (ranks[:-lag] * ranks[lag:]).sum() / variance <= 2 / n**0.5)
    return min(2 * next(free, most + 1), longest)


def _permuted(n: int, used: int, block: int) -> NDArray[np.intp]:
    """Indices of permuted series, ``(SERIES, used)``; the series is closed to a ring."""
    random = np.random.default_rng(_SEED)
    count, wanted = -(-n // block), -(-used // block)
    keys = random.random((SERIES, count))
    least = np.argpartition(keys, wanted - 1, axis=1)[:, :wanted]
    order = np.take_along_axis(keys, least, axis=1).argsort(axis=1)
    starts = np.take_along_axis(least, order, axis=1) * block + random.integers(block, size=(SERIES, 1))
    return np.asarray((starts[:, :, None] + np.arange(block)).reshape(SERIES, -1)[:, :used] % n)
