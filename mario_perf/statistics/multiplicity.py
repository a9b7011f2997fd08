"""One promise for the whole gate, however many checks it makes and however often it looks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Levels = tuple[tuple[int, float], ...]  # number of rounds, ascending, and one-sided level

MISS_RATE = 0.025
"""The chance that a rise as large as the resolution passes, for one check of one operation, at any look."""


def holm(p_values: Floats, weights: Floats) -> Floats:
    """Adjusted p-values that keep the family-wise error rate; same shape. NaN counts as 1.

    A test of twice the weight (> 0) has twice the part of the promise.

    Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6 (1979), section 4 for the weights.
    """
    ratios = np.where(np.isnan(p_values), 1.0, p_values) / weights
    order = np.argsort(ratios)
    left = weights[order][::-1].cumsum()[::-1]  # of this test and of all with a larger ratio
    adjusted = np.empty_like(ratios)
    adjusted[order] = np.maximum.accumulate(np.minimum(ratios[order] * left, 1.0))
    return adjusted


def spending(alpha: float, information: float) -> float:
    """How much of ``alpha`` may be spent when ``information`` (0 to 1) of the planned data are in.

    By its root: a tenth of what is left for the last look moves its limit by little, and gives the first ones
    a chance to see what is not small. Source: K. Kim and D. L. DeMets, "Design and analysis of group
    sequential tests based on the type I error spending rate function", Biometrika 74 (1987), power 1/2.
    """
    return float(alpha * np.sqrt(min(max(information, 0.0), 1.0)))


@cache
def chance_per_look(chance: float, looks: tuple[int, ...], earlier: Levels = ()) -> float:
    """The one-sided level that, used at each of the looks, is reached at any of them with this ``chance``.

    Looks share most of their data, so that this is far more than a part for each. ``looks`` are numbers of
    rounds, ascending. ``earlier`` looks came before them with levels of their own, and are in the chance.
    Source: S. J. Pocock, "Group sequential methods in the design and analysis of clinical
    trials", Biometrika 64 (1977), with the recursion of P. Armitage, C. K. McPherson and B. C. Rowe,
    "Repeated significance tests on accumulating data", Journal of the Royal Statistical Society A 132 (1969).
    """
    if len(looks) == 1 and not earlier:
        return chance
    least = (chance - chance_of_any(earlier)) / len(looks)

    def excess(level: float) -> float:
        return chance_of_any((*earlier, *((rounds, level) for rounds in looks))) - chance

    return _root(excess, least, chance)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function is zero, from one point at or below it and one at or above.

    SciPy has this, but its import takes longer than all that a gate computes. Source: M. Dowell and
    P. Jarratt, "A modified regula falsi method for computing the root of an equation", BIT 11 (1971).
    """
    (kept, at_kept), (last, at_last) = ((low, function(low)), (high, function(high)))
    for _ in range(_MAX_STEPS):
        if abs(at_last) < _ROUNDING:
            break
        following = last - at_last * (last - kept) / (at_last - at_kept)
        at_following = function(following)
        kept, at_kept = (kept, at_kept / 2) if at_following * at_last > 0 else (last, at_last)
        last, at_last = following, at_following
    return last


_MAX_STEPS = 100
_ROUNDING = 1e-12
"""As exact as a chance can be here: the sums behind it round a tenth of that."""


_POINTS = 200
_FARTHEST = 8.0
"""Standard deviations, and the grid between them."""


def chance_of_any(looks: Levels) -> float:
    """The chance that a random walk is beyond the one-sided level of any of the looks; 0 without looks."""
    if not looks:
        return 0.0
    rounds, levels = np.array(looks).T
    bounds, times = -special.ndtri(levels), rounds / rounds[-1]
    grids = [
        np.linspace(-_FARTHEST, bound, _POINTS) * np.sqrt(time)
        for bound, time in zip(bounds, times, strict=True)
    ]
    density = _normal(grids[0], times[0])
    for before, after, step in zip(grids, grids[1:], np.diff(times), strict=False):
        weights = np.full(_POINTS, before[1] - before[0])
        weights[[0, -1]] /= 2
        density = _normal(after[:, None] - before[None, :], step) @ (density * weights)
    return float(1.0 - np.trapezoid(density, grids[-1]))


def _normal(x: Floats, variance: float) -> Floats:
    return np.asarray(np.exp(-(x**2) / (2 * variance)) / np.sqrt(2 * np.pi * variance))
