"""How much each round tells: one in which the operations lie far apart was disturbed, and counts for less.

On a shared machine a disturbance hits all operations of a round, each in its own way. Nearly all of the long
tails of the kept rounds is that: the kurtosis is 25, and 2 once each round is divided by its own spread.

``R`` rounds, ``N`` operations. Values are differences of logarithms; NaN where a round has no executions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mario_perf.statistics.robust import middle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FEWEST_OPERATIONS = 5
"""With fewer, they do not show how disturbed a round was."""

PRIOR = 4.0
"""Operations' worth of belief that all rounds are alike: a few operations lie far apart by chance."""

FARTHEST = 9.0
"""Usual squares that one operation's counts for at most: one with a mode of its own does not weigh rounds."""

_NORMAL = 0.455
"""The median square of a standard normal variable."""


def weights(apart: Floats, scale: Floats) -> Floats:
    """What each round counts for each operation, ``(R, N)``; in the mean 1, and 0 where nothing is known.

    ``apart`` ``(R, N)`` are changes apart from what all operations share, ``scale`` ``(N,)`` what each
    variance should be proportional to. A weight is the inverse of the round's variance, as the *other*
    operations show it: what an operation did itself does not choose its rounds.

    Source: M. E. Ritchie and others, "Empirical array quality weights in the analysis of microarray data",
    BMC Bioinformatics 7 (2006), here with each operation left out of its own weights.
    """
    known = np.isfinite(apart)
    if apart.shape[1] < FEWEST_OPERATIONS or len(apart) < 2:  # noqa: PLR2004 - one has nothing beside it
        return known.astype(np.float64)
    squares = (apart - middle(apart)) ** 2 / scale
    most = FARTHEST * np.median(squares[known]) / _NORMAL
    variance = _by_others(np.where(known, np.minimum(squares, most), 0.0), known)
    with np.errstate(invalid="ignore", divide="ignore"):
        inverse = np.where(known, 1.0 / variance, 0.0)
        scaled = inverse * known.sum(axis=0) / inverse.sum(axis=0)
    return np.where(np.isfinite(scaled), scaled, known)


def _by_others(squares: Floats, known: NDArray[np.bool_]) -> Floats:
    """The mean square of each round over the other operations, drawn towards that of all rounds."""
    others = known.sum(axis=1, keepdims=True) - known
    sums = squares.sum(axis=1, keepdims=True) - squares
    usual = sums.sum(axis=0) / np.maximum(others.sum(axis=0), 1)
    return np.asarray((sums + PRIOR * usual) / (others + PRIOR))
