"""One promise for the whole gate, however many checks it makes and however often it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def holm(p_values: Floats) -> Floats:
    """Adjusted p-values that keep the family-wise error rate; same shape. NaN counts as 1.

    Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6 (1979).
    """
    flat = np.where(np.isnan(p_values), 1.0, p_values).ravel()
    order = np.argsort(flat)
    factors = len(flat) - np.arange(len(flat))
    stepped = np.maximum.accumulate(np.minimum(flat[order] * factors, 1.0))
    adjusted = np.empty_like(flat)
    adjusted[order] = stepped
    return adjusted.reshape(p_values.shape)


def spent(alpha: float, information: float) -> float:
    """How much of ``alpha`` may be spent when ``information`` (0 to 1) of the planned data are in.

    In proportion: early looks get enough to see a gross change, and the last, which sees the small ones,
    keeps the most. Source: K. Kim and D. L. DeMets, "Design and analysis of group sequential tests based on
    the type I error spending rate function", Biometrika 74 (1987), with the power 1.
    """
    return alpha * min(max(information, 0.0), 1.0)
