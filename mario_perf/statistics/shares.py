"""Shares of executions, such as those that failed: is the candidate's larger than the baseline's?

Counts of separate requests would follow a binomial distribution. Requests are not separate: a bad moment
makes many of them fail, and the share differs more from replicate to replicate than chance allows. How much
more is measured, and every error is as much larger.

``R`` replicates (a side may have its own number), ``N`` operations. Shares run from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from mario_perf.statistics import binomial

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

LOAN = 1.0
"""Degrees of freedom, per own one, by which replicates are taken to differ as chance would have them. With
twice as many, bursts of failures in every seventh round make clean builds red (tests/analysis/statistics);
with none, two failures in a hundred take four rounds more to be found."""

_STEPS = 30
"""Of the iteration for the detectable rise; it gains a digit in two or three."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One side: executions that count, and all; both ``(R, N)``."""

    hits: Counts
    total: Counts

    @property
    def together(self) -> tuple[Counts, Counts]:
        """Hits and all of all replicates, both ``(N,)``."""
        return self.hits.sum(axis=0), self.total.sum(axis=0)

    @property
    def share(self) -> Floats:
        """Of all replicates together; NaN without executions; shape ``(N,)``."""
        hits, total = self.together
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(hits / total)


@dataclass(frozen=True, slots=True)
class Contrast:
    """Both sides, and how much more their replicates differ than chance allows."""

    baseline: Counted
    candidate: Counted
    dispersion: Floats  # (N,) variance in multiples of the binomial one, at least 1
    freedom: Floats  # (N,) degrees of freedom that it is worth, infinite where there is one replicate a side

    @property
    def change(self) -> Floats:
        """Candidate's share minus baseline's; NaN where a side has no executions; shape ``(N,)``."""
        return self.candidate.share - self.baseline.share

    def interval(self, confidence: float) -> tuple[Floats, Floats]:
        """Of the change: the exact one (``binomial.difference_interval``), as much wider as replicates ask.

        Infinite where a side has no executions.
        """
        low, high = binomial.difference_interval(self.baseline.together, self.candidate.together, confidence)
        tail = 0.5 + confidence / 2
        wider = np.sqrt(self.dispersion) * stats.t.ppf(tail, self.freedom) / stats.norm.ppf(tail)
        change = np.nan_to_num(self.change)
        return change - (change - low) * wider, change + (high - change) * wider

    def above(self, limit: Floats) -> Floats:
        """One-sided p-values, ``(N,)``, of "the candidate's share is larger by at most ``limit``" (>= 0).

        The larger of two: a score test, with the variance that the shares have if the difference is just
        ``limit`` (O. S. Miettinen and M. Nurminen, "Comparative analysis of two rates", Statistics in
        Medicine 4, 1985), and Fisher's exact test of no difference at all, for small counts.
        """
        score = _score(self, limit)
        exact = binomial.more_failures(self.baseline.together, self.candidate.together)
        return np.where(np.isfinite(score), np.maximum(stats.t.sf(score, self.freedom), exact), 1.0)

    def below(self, limit: Floats) -> Floats:
        """The same of "the candidate's share is smaller by at most ``limit``"."""
        return Contrast(self.candidate, self.baseline, self.dispersion, self.freedom).above(limit)

    def steadiest(self) -> Floats:
        """The change without the candidate's replicate that has the largest share; shape ``(N,)``."""
        hits, total = self.candidate.hits, self.candidate.total
        if len(hits) == 1:
            return self.change
        with np.errstate(invalid="ignore", divide="ignore"):
            worst = np.argmax(np.nan_to_num(hits / total), axis=0)
            rest = [each.sum(axis=0) - each[worst, np.arange(each.shape[1])] for each in (hits, total)]
            return np.asarray(rest[0] / rest[1]) - self.baseline.share

    def detectable(self, limit: Floats, alpha: float, power: float) -> Floats:
        """The smallest rise that is found to be above ``limit`` at level ``alpha`` with this power.

        The rise ``r`` at which ``r - limit`` is as many standard errors as both ask for; the error grows with
        the rise, so that it is found by iteration. Infinite where a side has no executions.
        """
        reach = stats.t.ppf(1.0 - alpha, self.freedom) + stats.t.ppf(power, self.freedom)
        share, (_, n_b), (_, n_c) = self.baseline.share, self.baseline.together, self.candidate.together
        with np.errstate(invalid="ignore", divide="ignore"):
            rise = np.asarray(limit, dtype=np.float64)
            for _ in range(_STEPS):
                ours = np.clip(share + rise, 0.0, 0.5)  # a share's variance is largest at one half
                variance = share * (1 - share) / n_b + ours * (1 - ours) / n_c
                rise = limit + reach * np.sqrt(self.dispersion * variance)
        return np.where(np.isfinite(rise), rise, np.inf)


def contrast(baseline: Counted, candidate: Counted) -> Contrast:
    """Measure how much the replicates of each side differ.

    Pearson's ``X²`` over its degrees of freedom, both sides together, drawn towards 1 by ``LOAN``. Where
    nothing was hit, replicates did not differ, and nothing is known: they count as chance would have them.
    Source: P. McCullagh and J. A. Nelder, "Generalized Linear Models" (1989), section 4.5.
    """
    squares = _chi_square(baseline) + _chi_square(candidate)
    own = len(baseline.hits) + len(candidate.hits) - 2
    if own == 0:
        return Contrast(baseline, candidate, np.ones_like(squares), np.full_like(squares, np.inf))
    dispersion = (LOAN * own + squares) / ((LOAN + 1) * own)
    return Contrast(baseline, candidate, np.maximum(dispersion, 1.0), np.full_like(squares, (LOAN + 1) * own))


def _chi_square(side: Counted) -> Floats:
    share = side.share
    expected = side.total * share
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = np.nansum((side.hits - expected) ** 2 / (expected * (1 - share)), axis=0)
    return np.where((share > 0) & (share < 1) & np.isfinite(squares), squares, len(side.hits) - 1.0)


def _score(both: Contrast, limit: Floats) -> Floats:
    (hits_b, n_b), (hits_c, n_c) = both.baseline.together, both.candidate.together
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.clip((hits_b + hits_c - limit * n_c) / (n_b + n_c), 0.0, 1.0)
        ours = np.clip(share + limit, 0.0, 1.0)
        variance = both.dispersion * (share * (1 - share) / n_b + ours * (1 - ours) / n_c)
        return np.asarray((both.change - limit) / np.sqrt(variance))
