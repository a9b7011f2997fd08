"""How a change depends on the load: at each level, in common, and how much it grows from lowest to highest.

A line is fitted to log ratios by weighted least squares. Rounds are replicates, so the error comes from how
far rounds of one level lie apart, which grows with the load. The weights of the levels are the same for all
operations, so that none chooses its own. Source: S. G. Thompson and J. P. T. Higgins, "How should
meta-regression analyses be undertaken and interpreted?", Statistics in Medicine 21 (2002), of the weights;
F. E. Satterthwaite, "An Approximate Distribution of Estimates of Variance Components", Biometrics Bulletin 2
(1946), of the degrees of freedom.

``R`` rounds, ``L`` levels, ``O`` operations. Values are logarithms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from mario_perf.statistics.change import Change
from mario_perf.statistics.moderation import moderate
from mario_perf.statistics.robust import locate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MIN_ROUNDS: Final = 3
"""Of each level: fewer do not show how far rounds lie apart."""

_FEWEST_LEVELS: Final = 2


@dataclass(frozen=True, slots=True)
class LoadSlope:
    """What rounds at several levels say; where they are too few, nothing."""

    loads: Floats  # (L,) ascending
    by_level: Change  # (L, O)
    common: Change  # (O,) the mean over the levels
    growth: Change  # (O,) along the line, from the lowest level to the highest
    ends: Change  # (O,) the same by these two levels alone: what no line can hide


def fit(loads: Floats, ratios: Floats) -> LoadSlope:
    """Fit a line for each operation; ``loads`` ``(R,)``, ``ratios`` ``(R, O)``, NaN where unknown."""
    levels = np.unique(loads)
    each = [_level(ratios[loads == level]) for level in levels]
    by_level = Change(
        np.array([one.value for one in each]),
        np.array([one.standard_error for one in each]),
        np.array([one.degrees_of_freedom for one in each]),
    )
    weights = _weights(by_level)
    distances = (levels - levels[0]) / (levels[-1] - levels[0]) if len(levels) > 1 else np.zeros(1)
    return LoadSlope(
        levels,
        by_level,
        _contrast(by_level, weights),
        _contrast(by_level, _slope_of(distances, weights)),
        _contrast(by_level, (distances == 1.0) * 1.0 - (distances == 0.0)),
    )


def _level(ratios: Floats) -> Change:
    scale = np.ones(ratios.shape[1])
    rounds = np.isfinite(ratios).sum(axis=0)
    value, variance = locate(ratios, scale)
    moderated = moderate(variance, np.maximum(rounds - 1.0, 0.0), scale)
    enough = rounds >= MIN_ROUNDS
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.where(enough, np.sqrt(moderated.variance / rounds), np.inf)
    return Change(value, error, moderated.degrees_of_freedom)


def _weights(by_level: Change) -> Floats:
    """Of each level ``(L,)``, 1 together: the inverse of the squared error that is usual there."""
    errors = np.where(np.isfinite(by_level.standard_error), by_level.standard_error, np.nan)
    known = np.isfinite(errors).any(axis=1)
    usual = np.ones(len(errors))
    usual[known] = np.nanmedian(errors[known], axis=1)
    inverse = 1.0 / np.maximum(usual, np.finfo(float).tiny ** 0.25) ** 2
    return np.asarray(inverse / inverse.sum())


def _slope_of(distances: Floats, weights: Floats) -> Floats:
    """What each level counts for in the slope of the line."""
    if len(distances) < _FEWEST_LEVELS:
        return np.full(len(distances), np.nan)
    centred = distances - (weights * distances).sum()
    return np.asarray(weights * centred / (weights * centred**2).sum())


def _contrast(by_level: Change, factors: Floats) -> Change:
    """A weighted sum over independent levels."""
    used = factors != 0
    by_level = Change(by_level.value[used], by_level.standard_error[used], by_level.degrees_of_freedom[used])
    factors = factors[used]
    parts = (factors[:, None] * by_level.standard_error) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = parts.sum(axis=0) ** 2 / (parts**2 / by_level.degrees_of_freedom).sum(axis=0)
    value = (factors[:, None] * by_level.value).sum(axis=0)
    return Change(value, np.sqrt(parts.sum(axis=0)), np.where(np.isfinite(freedom), freedom, 0.0))
