"""Variances that lend each other strength.

A gate has few rounds and many operations. The spread of one operation over three rounds says little; all
operations together say what spread is usual here. Each variance is drawn towards the usual one by as much as
the data show that they resemble each other.

Source: G. K. Smyth, "Linear models and empirical Bayes methods for assessing differential expression",
Statistical Applications in Genetics and Molecular Biology 3 (2004), sections 6.1 and 6.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MIN_VARIANCES = 4
"""Fewest variances to borrow from: fewer do not show what is usual."""

MAX_BORROWED = 2.0
"""Borrowed degrees of freedom per own one, at most. The operations of one machine are disturbed together, so
their agreement overstates how much is known; simulation (tests/judgement) set this bound."""

MAX_BORROWED_SPECIFIC = 4.0
"""The same of changes that what all operations share has been taken out of."""

MIN_BORROWED = 4.0
"""Degrees of freedom that are borrowed at least, if that makes a variance larger: of many operations one has
rounds that lie close together by chance. Nothing more is claimed to be known for it."""


@dataclass(frozen=True, slots=True)
class ModeratedVariance:
    """Variances and the degrees of freedom that they are worth; both of shape ``(N,)``."""

    variance: Floats
    degrees_of_freedom: Floats


def moderate(
    variance: Floats, degrees_of_freedom: Floats, scale: Floats, most: float = MAX_BORROWED
) -> ModeratedVariance:
    """Draw each ``variance`` with its own ``freedom`` towards ``scale`` times a common factor.

    ``scale`` is what each variance should be proportional to (the counting noise of that operation). All have
    the shape ``(N,)``; an entry with ``freedom`` 0 or NaN stays as it is and lends nothing. ``most`` is the
    largest loan for each own degree of freedom.
    """
    usable = (degrees_of_freedom > 0) & (variance > 0) & (scale > 0) & np.isfinite(variance)
    if usable.sum() < MIN_VARIANCES:
        return ModeratedVariance(variance, degrees_of_freedom)
    common, borrowed = _prior(variance[usable] / scale[usable], degrees_of_freedom[usable])
    borrowed_each = np.minimum(borrowed, most * degrees_of_freedom)

    def posterior(borrowed: Floats) -> Floats:
        mixed = borrowed * common * scale + degrees_of_freedom * variance
        return np.asarray(mixed / (borrowed + degrees_of_freedom))

    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = np.maximum(posterior(borrowed_each), posterior(np.maximum(borrowed_each, MIN_BORROWED)))
    return ModeratedVariance(
        np.where(usable, drawn, variance),
        np.where(usable, degrees_of_freedom + borrowed_each, degrees_of_freedom),
    )


def _prior(ratios: Floats, degrees_of_freedom: Floats) -> tuple[float, float]:
    """The usual ratio, and how many degrees of freedom the resemblance of the ratios is worth."""
    half = degrees_of_freedom / 2
    logs = np.log(ratios) - special.digamma(half) + np.log(half)
    excess = float(np.var(logs, ddof=1) - special.zeta(2.0, half).mean())
    borrowed = 2.0 * _inverse_trigamma(excess) if excess > 0 else np.inf
    shift = special.digamma(borrowed / 2) - np.log(borrowed / 2) if np.isfinite(borrowed) else 0.0
    return float(np.exp(logs.mean() + shift)), borrowed


def _inverse_trigamma(y: float) -> float:
    """Solve ``trigamma(x) = y`` by Newton's method on ``1 / trigamma``, which is nearly straight.

    Trigamma is Hurwitz's zeta of 2.
    """
    x = 0.5 + 1.0 / y
    for _ in range(50):
        value = float(special.zeta(2.0, x))
        step = value * (1.0 - value / y) / (-2.0 * float(special.zeta(3.0, x)))
        x += step
        if abs(step) < 1e-10 * x:
            break
    return x
