"""What moves all operations of a round alike, and when it may be taken for a disturbance.

A process that was placed badly, or a neighbour that hit one side only, moves every operation of that side.
The operations beside it therefore tell most of what disturbed the one that is looked at. Over the rounds such
disturbances come to nothing; a build that is slower as a whole does not, and nothing may be taken out then.

``R`` replicates, ``N`` operations. Values are differences of logarithms, candidate minus baseline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MIN_OPERATIONS = 5
"""With fewer, their median follows the one that is looked at."""

MIN_REPLICATES = 3

CONFIDENCE = 0.95

MAX_DEVIATIONS = 3.0
"""Robust standard deviations between an operation and the median of all from which on it lies apart."""

NORMAL_FACTOR = 1.4826
"""A normal standard deviation over the median absolute deviation."""

MAX_COMMON = 0.05
"""The common change has to be known to be smaller than this, in logarithms, before it counts as none."""


def shared(differences: Floats) -> Floats | None:
    """What all operations of each replicate moved by together, ``(R,)``; None if too few tell.

    It is the median over the operations, without those that lie apart from the others: one that was changed
    would move it a little in every replicate, and so move all changes by as much.
    """
    known = differences[:, np.isfinite(differences).all(axis=0)]
    if known.shape[1] < MIN_OPERATIONS or len(differences) < MIN_REPLICATES:
        return None
    return np.asarray(np.median(known[:, _inliers(known)], axis=1))


def levels(logs: Floats) -> Floats:
    """What all operations of each separate run moved by together, ``(R,)``; zeros if too few tell.

    It is the median over the operations that every run saw, of what each lies apart from its own mean.
    """
    known = logs[:, np.isfinite(logs).all(axis=0)]
    if known.shape[1] < MIN_OPERATIONS:
        return np.zeros(len(logs))
    return np.asarray(np.median(known - known.mean(axis=0), axis=1))


def _inliers(differences: Floats) -> NDArray[np.bool_]:
    """Which operations do not lie apart from the others, by their means over the replicates; shape (N,)."""
    means = differences.mean(axis=0)
    distances = np.abs(means - np.median(means))
    return np.asarray(distances <= MAX_DEVIATIONS * NORMAL_FACTOR * np.median(distances))


def averages_out(common: Floats) -> bool:
    """Whether its mean over the replicates is compatible with zero, and known to be small."""
    standard_error = common.std(ddof=1) / np.sqrt(len(common))
    half_width = special.stdtrit(len(common) - 1, 0.5 + CONFIDENCE / 2) * standard_error
    return bool(abs(common.mean()) <= half_width and abs(common.mean()) + half_width < MAX_COMMON)
