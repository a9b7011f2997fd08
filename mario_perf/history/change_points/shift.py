"""How far the values after a change point lie from those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST = 400
"""Values of each side that enter the pairs, at most: evenly spaced quantiles of more."""


def separation(before: Floats, after: Floats) -> float:
    """How often a value after lies on the usual side of a value before: 0.5 with no shift, 1 with no overlap.

    Source: A. Vargha and H. D. Delaney, Journal of Educational and Behavioral Statistics 25 (2000).
    """
    ordered = np.sort(before)
    below = np.searchsorted(ordered, after, "left") + np.searchsorted(ordered, after, "right")
    superiority = float(below.mean()) / 2 / len(before)
    return max(superiority, 1 - superiority)


def shift_interval(
    before: Floats, after: Floats, dependence: float, confidence: float
) -> tuple[float, float, float]:
    """The shift, and its interval: value, low, high.

    ``dependence`` is the number of neighbours that count as one value. The value is the median of all
    differences; the interval's ends are the differences whose ranks the Wilcoxon test would not reject.

    Source: J. L. Hodges and E. L. Lehmann, Annals of Mathematical Statistics 34 (1963).
    """
    m, n = len(before), len(after)
    differences = np.subtract.outer(_thinned(after), _thinned(before)).ravel()
    z = float(special.ndtri((1 + confidence) / 2))
    half = z * float(np.sqrt((m + n + 1) / 12 / m / n * max(dependence, 1.0)))
    low, value, high = np.quantile(differences, np.clip((0.5 - half, 0.5, 0.5 + half), 0, 1))
    inside = half < 0.5  # noqa: PLR2004 - all ranks are needed otherwise, and more
    return float(value), float(low) if inside else -np.inf, float(high) if inside else np.inf


def _thinned(values: Floats) -> Floats:
    if len(values) <= MOST:
        return values
    return np.asarray(np.quantile(values, (np.arange(MOST) + 0.5) / MOST))
