"""Shares of executions, such as those that failed: is the candidate's larger than the baseline's?

Counts of separate requests would follow a binomial distribution. Requests are not separate: a bad moment
makes many of them fail, and the share differs more from replicate to replicate than chance allows. How much
more is measured, and every error is as much larger.

``R`` replicates (a side may have its own number), ``N`` operations. Shares run from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from mario_perf.statistics import binomial

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

LOAN_DEGREES = 8.0
"""Degrees of freedom by which replicates are taken to differ as those of all operations together do, and at
least as chance would have them. A fixed loan: one that grew with the rounds would never be paid back, and
say 5.8 of a dispersion of 10.4 after a hundred of them."""

PROCESS_CORRELATION = 0.002
"""Correlation of two executions by one process, beyond those by another: what tells a process from another
of its build. From the slow executions of 657 rounds of fresh processes: 0.000 to 0.005 by operation."""

_STEPS = 30
"""Of the iteration for the detectable rise; it gains a digit in two or three."""


@dataclass(frozen=True, slots=True)
class HitCounts:
    """One side: executions that count, and all; both ``(R, N)``."""

    hits: Counts
    total: Counts

    @property
    def pooled(self) -> tuple[Counts, Counts]:
        """Hits and all of all replicates, both ``(N,)``."""
        return self.hits.sum(axis=0), self.total.sum(axis=0)

    @property
    def share(self) -> Floats:
        """Of all replicates together; NaN without executions; shape ``(N,)``."""
        hits, total = self.pooled
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(hits / total)


@dataclass(frozen=True, slots=True)
class Contrast:
    """Both sides, and how much more their replicates differ than chance allows."""

    baseline: HitCounts
    candidate: HitCounts
    dispersion: Floats  # (N,) variance in multiples of the binomial one, at least 1
    degrees_of_freedom: Floats  # (N,) degrees of freedom that it is worth

    @property
    def change(self) -> Floats:
        """Candidate's share minus baseline's; NaN where a side has no executions; shape ``(N,)``."""
        return self.candidate.share - self.baseline.share

    @property
    def between_pair(self) -> Floats:
        """What two processes of one build differ by, as a standard deviation; shape ``(N,)``."""
        (hits_b, n_b), (hits_c, n_c) = self.baseline.pooled, self.candidate.pooled
        share = (hits_b + hits_c) / np.maximum(n_b + n_c, 1)
        return np.asarray(np.sqrt(2 * share * (1 - share) * PROCESS_CORRELATION))

    def interval(self, confidence: float) -> tuple[Floats, Floats]:
        """Of the change: the exact one (``binomial.difference_interval``), as much wider as replicates ask.

        Infinite where a side has no executions.
        """
        low, high = binomial.difference_interval(self.baseline.pooled, self.candidate.pooled, confidence)
        tail = 0.5 + confidence / 2
        wider = (
            np.sqrt(self.dispersion) * special.stdtrit(self.degrees_of_freedom, tail) / special.ndtri(tail)
        )
        change = np.nan_to_num(self.change)
        return change - (change - low) * wider, change + (high - change) * wider

    def above(self, limit: Floats) -> Floats:
        """One-sided p-values, ``(N,)``, of "the candidate's share is larger by at most ``limit``" (>= 0).

        The larger of two: a score test, with the variance that the shares have if the difference is just
        ``limit`` (O. S. Miettinen and M. Nurminen, "Comparative analysis of two rates", Statistics in
        Medicine 4, 1985), and Fisher's exact test of no difference at all, for small counts.
        """
        score = _score(self, limit)
        exact = binomial.more_failures(self.baseline.pooled, self.candidate.pooled)
        return np.where(
            np.isfinite(score), np.maximum(special.stdtr(self.degrees_of_freedom, -score), exact), 1.0
        )

    def below(self, limit: Floats) -> Floats:
        """The same of "the candidate's share is smaller by at most ``limit``"."""
        return Contrast(self.candidate, self.baseline, self.dispersion, self.degrees_of_freedom).above(limit)

    def without_worst_replicate(self) -> Floats:
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
        errors = special.stdtrit(self.degrees_of_freedom, 1.0 - alpha) + special.stdtrit(
            self.degrees_of_freedom, power
        )
        share, (_, n_b), (_, n_c) = self.baseline.share, self.baseline.pooled, self.candidate.pooled
        with np.errstate(invalid="ignore", divide="ignore"):
            rise = np.asarray(limit, dtype=np.float64)
            for _ in range(_STEPS):
                candidate_share = np.clip(share + rise, 0.0, 0.5)  # a share's variance is largest at one half
                variance = share * (1 - share) / n_b + candidate_share * (1 - candidate_share) / n_c
                rise = limit + errors * np.sqrt(self.dispersion * variance)
        return np.where(np.isfinite(rise), rise, np.inf)

    def pool(self, operations: NDArray[np.bool_]) -> Contrast:
        """Some operations counted as one, ``(R, 1)``; they vary as the most varied of them does."""

        def summed(side: HitCounts) -> HitCounts:
            hits, total = (each[:, operations].sum(axis=1, keepdims=True) for each in (side.hits, side.total))
            return HitCounts(hits, total)

        dispersion = np.max(self.dispersion[operations], initial=1.0, keepdims=True)
        degrees_of_freedom = np.min(self.degrees_of_freedom[operations], initial=np.inf, keepdims=True)
        return Contrast(summed(self.baseline), summed(self.candidate), dispersion, degrees_of_freedom)

    def between_processes(self) -> Contrast:
        """The same of replicates that one pair of processes played, so that they show no spread."""
        executions = np.minimum(self.baseline.pooled[1], self.candidate.pooled[1])
        return replace(self, dispersion=self.dispersion + PROCESS_CORRELATION * np.maximum(executions - 1, 0))


def contrast(baseline: HitCounts, candidate: HitCounts, *, paired: bool) -> Contrast:
    """Measure how much more replicates differ than chance allows.

    ``X²`` over its degrees of freedom, drawn by ``LOAN_DEGREES`` towards that of all operations. Of
    ``paired`` replicates it is that of their differences, which whatever hit both sides alike has left. Where
    nothing was hit, replicates did not differ, and nothing is known.
    Source: P. McCullagh and J. A. Nelder, "Generalized Linear Models" (1989), section 4.5.
    """
    scatter = _of_pairs(baseline, candidate) if paired else _of_sides(baseline, candidate)
    squares, own = (np.where(np.isfinite(scatter[0]), each, 0.0) for each in scatter)
    usual = max(squares.sum() / own.sum(), 1.0) if own.any() else 1.0
    dispersion = (LOAN_DEGREES * usual + squares) / (LOAN_DEGREES + own)
    return Contrast(baseline, candidate, np.maximum(dispersion, 1.0), LOAN_DEGREES + own)


def _of_sides(baseline: HitCounts, candidate: HitCounts) -> tuple[Floats, Floats]:
    """``X²`` of each side's shares around their mean, and its degrees of freedom, both ``(N,)``."""
    squares, freedom = np.zeros((2, len(baseline.share)))
    for side in (baseline, candidate):
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = side.share * (1 - side.share) / side.total
            deviations = np.nansum((side.hits / side.total - side.share) ** 2 / variance, axis=0)
        varies = (side.share > 0) & (side.share < 1)
        squares += np.where(varies, deviations, 0.0)
        freedom += np.where(varies, len(side.hits) - 1.0, 0.0)
    return squares, freedom


def _of_pairs(baseline: HitCounts, candidate: HitCounts) -> tuple[Floats, Floats]:
    """The same of the differences between the sides; NaN or infinite where nothing was hit."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ours, theirs = (side.hits / side.total for side in (candidate, baseline))
        variance = sum(side.share * (1 - side.share) / side.total for side in (baseline, candidate))
        change = candidate.share - baseline.share
        squares = np.nansum((ours - theirs - change) ** 2 / variance, axis=0)
    varies = (np.nansum(variance, axis=0) > 0) & np.isfinite(change)
    freedom = (np.isfinite(ours) & np.isfinite(theirs)).sum(axis=0) - 1.0
    return np.where(varies, squares, np.nan), np.maximum(freedom, 0.0)


def _score(both: Contrast, limit: Floats) -> Floats:
    (hits_b, n_b), (hits_c, n_c) = both.baseline.pooled, both.candidate.pooled
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.clip((hits_b + hits_c - limit * n_c) / (n_b + n_c), 0.0, 1.0)
        ours = np.clip(share + limit, 0.0, 1.0)
        variance = both.dispersion * (share * (1 - share) / n_b + ours * (1 - ours) / n_c)
        return np.asarray((both.change - limit) / np.sqrt(variance))
