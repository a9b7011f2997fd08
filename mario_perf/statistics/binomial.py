"""Failures: exact reasoning on small counts.

All arguments are arrays of one shape (or scalars); ratios run from 0 to 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]


def exact_interval(failed: Counts, total: Counts, confidence: float) -> tuple[Floats, Floats]:
    """Clopper and Pearson's interval of a ratio; 0 to 1 where nothing was executed.

    Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934), by quantiles of the beta distribution.
    """
    tail = (1.0 - confidence) / 2.0
    succeeded = total - failed
    with np.errstate(invalid="ignore"):
        low = np.where(failed > 0, special.betaincinv(failed, succeeded + 1.0, tail), 0.0)
        high = np.where(succeeded > 0, special.betaincinv(failed + 1.0, succeeded, 1.0 - tail), 1.0)
    return low, high


def difference_interval(
    baseline: tuple[Counts, Counts], candidate: tuple[Counts, Counts], confidence: float
) -> tuple[Floats, Floats]:
    """Interval of candidate's minus baseline's failure ratio; each side is ``(failed, total)``.

    Newcombe's square-and-add on exact intervals of the two ratios: it never leaves -1 to 1, holds where a
    side never failed, and is a little wider than need be. A side without executions leaves it infinite.
    Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions",
    Statistics in Medicine 17 (1998), method 10, with exact limits in the place of score limits.
    """
    low_b, high_b = exact_interval(*baseline, confidence)
    low_c, high_c = exact_interval(*candidate, confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio_b, ratio_c = baseline[0] / baseline[1], candidate[0] / candidate[1]
    change = ratio_c - ratio_b
    low = change - np.hypot(ratio_c - low_c, high_b - ratio_b)
    high = change + np.hypot(high_c - ratio_c, ratio_b - low_b)
    known = (baseline[1] > 0) & (candidate[1] > 0)
    return np.where(known, low, -np.inf), np.where(known, high, np.inf)


def more_failures(baseline: tuple[Counts, Counts], candidate: tuple[Counts, Counts]) -> Floats:
    """Exact one-sided p-value of "the candidate fails no more often", given all failures together.

    Fisher's exact test: given the number of failures on both sides, how likely do this many fall to
    the candidate? 1 where nothing was executed or nothing failed.
    """
    sides = np.broadcast_arrays(*baseline, *candidate)
    tails = [_tail(*counts) for counts in zip(*map(np.ravel, sides), strict=True)]
    return np.asarray(tails, dtype=np.float64).reshape(sides[0].shape)


def _tail(failed_b: int, total_b: int, failed_c: int, total_c: int) -> float:
    """P(X >= ``failed_c``) of the hypergeometric distribution. To import scipy.stats takes a second."""
    failed = failed_b + failed_c
    to_candidate = np.arange(max(failed - total_b, 0), min(failed, total_c) + 1)
    ways = _log_choose(total_c, to_candidate) + _log_choose(total_b, failed - to_candidate)
    likely = np.exp(ways - ways.max())
    return float(likely[to_candidate >= failed_c].sum() / likely.sum())


def _log_choose(n: int, k: Counts) -> Floats:
    """Logarithm of the binomial coefficient, by the beta function."""
    return np.asarray(-special.betaln(n - k + 1.0, k + 1.0) - np.log1p(n))
