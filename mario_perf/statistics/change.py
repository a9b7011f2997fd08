"""A change of a metric for every operation at once, with what is known of its error.

``N`` operations. Values are differences of logarithms, candidate minus baseline.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from mario_perf.statistics.disturbance import averages_out, shared
from mario_perf.statistics.moderation import MAX_BORROWED, MAX_BORROWED_SPECIFIC, moderate
from mario_perf.statistics.robust import agreed_change, locate
from mario_perf.statistics.round_weights import weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Change:
    """Estimates that follow a t distribution around the truth. Nothing known: NaN and an infinite error."""

    value: Floats  # (N,)
    standard_error: Floats  # (N,) standard error
    degrees_of_freedom: Floats  # (N,) degrees of freedom of the error

    def interval(self, confidence: float) -> tuple[Floats, Floats]:
        """Two-sided interval; infinite where nothing is known."""
        half_width = self.half_width(0.5 + confidence / 2)
        known = np.isfinite(half_width)
        return np.where(known, self.value - half_width, -np.inf), np.where(
            known, self.value + half_width, np.inf
        )

    def half_width(self, probability: float | Floats) -> Floats:
        """How far above the truth the estimate stays below with this one-sided probability."""
        with np.errstate(invalid="ignore"):
            half_width = (
                special.stdtrit(np.maximum(self.degrees_of_freedom, 1e-9), probability) * self.standard_error
            )
        return np.where(self._known, half_width, np.inf)

    def above(self, limit: Floats) -> Floats:
        """One-sided p-values of "the change is at most ``limit``"; 1 where nothing is known."""
        return self._tail(self.value - limit)

    def below(self, limit: Floats) -> Floats:
        """One-sided p-values of "the change is at least ``limit``"; 1 where nothing is known."""
        return self._tail(limit - self.value)

    def with_extra_error(self, spread: Floats) -> Change:
        """The same with one more error, of known size and independent of the first."""
        standard_error = np.hypot(self.standard_error, spread)
        with np.errstate(invalid="ignore", divide="ignore"):
            degrees_of_freedom = self.degrees_of_freedom * np.minimum(
                (standard_error / self.standard_error) ** 4, 1e6
            )  # Satterthwaite
        return Change(
            self.value,
            standard_error,
            np.where(np.isfinite(degrees_of_freedom), degrees_of_freedom, self.degrees_of_freedom),
        )

    def with_least_error(self, least: Floats) -> Change:
        """The same with a standard error of at least ``least``, ``(N,)``."""
        return Change(self.value, np.maximum(self.standard_error, least), self.degrees_of_freedom)

    def _tail(self, distance: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            p = special.stdtr(np.maximum(self.degrees_of_freedom, 1e-9), -distance / self.standard_error)
        return np.where(self._known & np.isfinite(p), p, 1.0)

    @property
    def _known(self) -> NDArray[np.bool_]:
        return np.isfinite(self.value) & np.isfinite(self.standard_error) & (self.degrees_of_freedom > 0)


@dataclass(frozen=True, slots=True)
class Changes:
    """How far each operation moved, and how far it moved apart from the others.

    ``overall`` is what a reader is shown, and what a pass must bound: a build may be slower as a whole.
    ``specific`` is without what all operations share, so that it is known better: it tells one operation's
    change from the machine's. Equal where nothing could be taken out. Few rounds cannot move either far
    (``robust``); ``mean`` weighs all rounds alike, with an error to which other operations lend nothing:
    theirs do not tell how often something rare happens to this one.
    """

    overall: Change
    specific: Change
    mean: Change
    agreed: Floats  # (N,) the specific change that enough rounds exceed (``robust.agreed_change``)
    mean_without_highest: Floats  # (N,) the mean without the round that speaks most for a rise

    @property
    def by_mean(self) -> Changes:
        """The same by the plain mean: for what is so rare that it shows in few rounds."""
        return Changes(self.mean, self.mean, self.mean, self.mean_without_highest, self.mean_without_highest)

    def with_least_error(self, least: Floats) -> Changes:
        """The same where no value is known better than ``least``, ``(N,)``, however alike the rounds are."""
        overall = self.overall.with_least_error(least)
        same = self.specific is self.overall
        specific = overall if same else self.specific.with_least_error(least)
        return replace(self, overall=overall, specific=specific, mean=self.mean.with_least_error(least))

    def between_processes(self, spread: Floats) -> Changes:
        """The same of rounds that were all played by one pair of processes.

        Rounds then do not show how far two processes of one build lie apart: ``spread``, ``(N,)``, stands for
        it, as a standard deviation of their difference.
        """
        estimates = (self.overall, self.specific, self.mean)
        overall, specific, mean = (each.with_extra_error(spread) for each in estimates)
        if self.specific is self.overall:
            specific = overall
        return Changes(overall, specific, mean, self.agreed, self.mean_without_highest)


def paired(baseline: Floats, candidate: Floats, scale: Floats) -> Changes:
    """From replicates that belong together; both sides ``(R, N)``, ``scale`` ``(N,)`` for the moderation.

    Each replicate gives one difference; whatever disturbed both sides alike has left it. What all operations
    of a replicate share (``disturbance``) is separate from what each did apart from it. Their sum is the
    overall change: operations lend each other strength only for what they do apart, since what they
    share is one series, however many they are.
    """
    differences = candidate - baseline
    common, mean = shared(differences), _mean(differences)
    highest_left_out = _without_highest(differences)
    if common is None:
        overall = _moderate(*locate(differences, scale), differences, scale, MAX_BORROWED)
        return Changes(overall, overall, mean, agreed_change(differences), highest_left_out)
    own = differences - common[:, None]
    specific = _moderate(*locate(own, scale, weights(own, scale)), own, scale, MAX_BORROWED_SPECIFIC)
    overall = add(specific, _of_series(common))
    if averages_out(common):
        return Changes(overall, specific, mean, agreed_change(own), highest_left_out)
    return Changes(overall, overall, mean, agreed_change(differences), highest_left_out)


def _of_series(common: Floats) -> Change:
    """What all operations share, known by its rounds alone; shape ``(1,)``."""
    series = common[:, None]
    n = np.array([len(series)])
    return _estimate(*locate(series, np.ones(1)), n, n - 1.0)


def add(one: Change, other: Change) -> Change:
    """The sum of two independent changes, with the degrees of freedom of Welch and Satterthwaite."""
    error = np.hypot(one.standard_error, other.standard_error)
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = error**4 / (
            one.standard_error**4 / one.degrees_of_freedom
            + other.standard_error**4 / other.degrees_of_freedom
        )
    known = np.isfinite(freedom)
    return Change(one.value + other.value, error, np.where(known, freedom, one.degrees_of_freedom))


def _mean(differences: Floats) -> Change:
    n = np.isfinite(differences).sum(axis=0)
    return _estimate(*_moments(differences, n), n, np.maximum(n - 1.0, 0.0))


def _moderate(value: Floats, variance: Floats, differences: Floats, scale: Floats, most: float) -> Change:
    n = np.isfinite(differences).sum(axis=0)
    moderated = moderate(variance, np.maximum(n - 1.0, 0.0), scale, most)
    return _estimate(value, moderated.variance, n, moderated.degrees_of_freedom)


def _estimate(value: Floats, variance: Floats, n: NDArray[np.intp], degrees_of_freedom: Floats) -> Change:
    with np.errstate(invalid="ignore", divide="ignore"):
        standard_error = np.sqrt(variance / n)
    return Change(value, np.where(n > 1, standard_error, np.inf), degrees_of_freedom)


def _without_highest(differences: Floats) -> Floats:
    """The mean over the first axis without the highest; NaN where there is nothing else."""
    n = np.isfinite(differences).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rest = np.nansum(differences, axis=0) - np.fmax.reduce(differences, axis=0)
        return np.where(n > 1, rest / (n - 1), np.nan)


def unpaired(baseline: Floats, candidate: Floats, scale: Floats) -> Change:
    """From separate runs: baseline ``(R, N)``, candidate ``(K, N)``.

    The spread between runs of one side is taken as the same on both; a single candidate run is then judged
    by how far runs of the baseline lie apart.
    """
    n_b, n_c = np.isfinite(baseline).sum(axis=0), np.isfinite(candidate).sum(axis=0)
    mean_b, variance_b = _moments(baseline, n_b)
    mean_c, variance_c = _moments(candidate, n_c)
    degrees_of_freedom = np.maximum(n_b - 1.0, 0.0) + np.maximum(n_c - 1.0, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = np.where(n_b > 1, variance_b * (n_b - 1), 0.0) + np.where(
            n_c > 1, variance_c * (n_c - 1), 0.0
        )
        variance = np.where(degrees_of_freedom > 0, squares / degrees_of_freedom, np.nan)
        moderated = moderate(variance, degrees_of_freedom, scale)
        standard_error = np.sqrt(moderated.variance * (1.0 / n_b + 1.0 / n_c))
    value = mean_c - mean_b
    known = (degrees_of_freedom > 0) & (n_b > 0) & (n_c > 0)
    return Change(value, np.where(known, standard_error, np.inf), moderated.degrees_of_freedom)


def _moments(values: Floats, n: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Mean and unbiased variance over the first axis, NaN left out."""
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, np.nansum(values, axis=0) / n, np.nan)
        squares = np.nansum((values - mean) ** 2, axis=0)
        return mean, np.where(n > 1, squares / (n - 1), np.nan)
