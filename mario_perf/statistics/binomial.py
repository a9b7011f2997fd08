"""Failures: exact reasoning on small counts.

All arguments are arrays of one shape (or scalars); ratios run from 0 to 1.
"""

from __future__ import annotations

import math
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
    failed = baseline[0] + candidate[0]
    total = baseline[1] + candidate[1]
    return np.asarray(
        np.vectorize(_upper_tail, otypes=[np.float64])(candidate[0], candidate[1], failed, total)
    )


def _upper_tail(found: int, drawn: int, failed: int, total: int) -> float:
    """The hypergeometric chance that at least ``found`` of the ``drawn`` are failed ones.

    Terms further than twelve standard deviations from the mode add nothing; there may be billions of them.
    """
    found, drawn, failed, total = (int(each) for each in (found, drawn, failed, total))  # NumPy's overflow
    mode = (drawn + 1) * (failed + 1) // (total + 2)
    reach = 12 * math.isqrt(min(drawn, failed)) + 100
    last = min(drawn, failed, max(found, mode) + reach)
    found_or_more = np.arange(max(found, mode - reach), last + 1)
    ways = _log_choose(failed, found_or_more) + _log_choose(total - failed, drawn - found_or_more)
    return min(1.0, float(np.exp(ways - _log_choose(total, drawn)).sum()))


def _log_choose(n: int, k: int | Counts) -> Floats:
    return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))
