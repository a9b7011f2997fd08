"""What moves all operations of a round alike, and when it may be taken for a disturbance.

A process that was placed badly, or a neighbour that hit one side only, moves every operation of that side.
The operations beside it therefore tell most of what disturbed the one that is looked at. Over the rounds such
disturbances come to nothing; a build that is slower as a whole does not, and nothing may be taken out then.

``R`` replicates, ``N`` operations. Values are differences of logarithms, candidate minus baseline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FEWEST_OPERATIONS = 5
"""With fewer, their median follows the one that is looked at."""

FEWEST_REPLICATES = 3

CONFIDENCE = 0.95

LARGEST = 0.05
"""The common change has to be known to be smaller than this, in logarithms, before it counts as none."""


def disturbance(differences: Floats) -> Floats:
    """What to take out of each replicate of ``differences`` ``(R, N)``; zeros if it may be the build's doing.

    It is the median over the operations, which no change of a few of them moves much.
    """
    nothing = np.zeros(len(differences))
    known = np.isfinite(differences).all(axis=0)
    if known.sum() < FEWEST_OPERATIONS or len(differences) < FEWEST_REPLICATES:
        return nothing
    common = np.median(differences[:, known], axis=1)
    return common if _comes_to_nothing(common) else nothing


def _comes_to_nothing(common: Floats) -> bool:
    """Whether its mean over the replicates is compatible with zero, and known to be small."""
    error = common.std(ddof=1) / np.sqrt(len(common))
    reach = stats.t.ppf(0.5 + CONFIDENCE / 2, len(common) - 1) * error
    return bool(abs(common.mean()) <= reach and abs(common.mean()) + reach < LARGEST)
