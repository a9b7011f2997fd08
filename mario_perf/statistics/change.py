"""A change of a metric for every operation at once, with what is known of its error.

``N`` operations. Values are differences of logarithms, candidate minus baseline.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from mario_perf.statistics.disturbance import disturbance
from mario_perf.statistics.moderation import moderate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Change:
    """Estimates that follow a t distribution around the truth. Nothing known: NaN and an infinite error."""

    value: Floats  # (N,)
    error: Floats  # (N,) standard error
    freedom: Floats  # (N,) degrees of freedom of the error

    def interval(self, confidence: float) -> tuple[Floats, Floats]:
        """Two-sided interval; infinite where nothing is known."""
        reach = self.reach(0.5 + confidence / 2)
        known = np.isfinite(reach)
        return np.where(known, self.value - reach, -np.inf), np.where(known, self.value + reach, np.inf)

    def reach(self, probability: float | Floats) -> Floats:
        """How far above the truth the estimate stays below with this one-sided probability."""
        with np.errstate(invalid="ignore"):
            reach = stats.t.ppf(probability, np.maximum(self.freedom, 1e-9)) * self.error
        return np.where(self._known, reach, np.inf)

    def above(self, limit: Floats) -> Floats:
        """One-sided p-values of "the change is at most ``limit``"; 1 where nothing is known."""
        return self._tail(self.value - limit)

    def below(self, limit: Floats) -> Floats:
        """One-sided p-values of "the change is at least ``limit``"; 1 where nothing is known."""
        return self._tail(limit - self.value)

    def _tail(self, beyond: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            p = stats.t.sf(beyond / self.error, np.maximum(self.freedom, 1e-9))
        return np.where(self._known & np.isfinite(p), p, 1.0)

    @property
    def _known(self) -> NDArray[np.bool_]:
        return np.isfinite(self.value) & np.isfinite(self.error) & (self.freedom > 0)


@dataclass(frozen=True, slots=True)
class Changes:
    """How far each operation moved, and how far it moved apart from the others.

    ``whole`` is what a reader is shown, and what a pass must bound: a build may be slower as a whole.
    ``apart`` is without what all operations share, so that it is known better: it tells one operation's
    change from the machine's. Equal where nothing could be taken out.
    """

    whole: Change
    apart: Change
    steadiest: Floats  # (N,) the smaller of both without the replicate that speaks most for a rise


def paired(baseline: Floats, candidate: Floats, scale: Floats) -> Changes:
    """From replicates that belong together; both sides ``(R, N)``, ``scale`` ``(N,)`` for the moderation.

    Each replicate gives one difference; whatever disturbed both sides alike has left it, and whatever
    disturbed all operations of one side alike is taken out of what is ``apart`` (``common``). Differences of
    separate replicates are independent, so their spread holds autocorrelation within and variation between
    replicates, without a model of either.
    """
    raw = candidate - baseline
    differences = raw - disturbance(raw)[:, None]
    steadiest = np.minimum(_without_highest(differences), _without_highest(raw))
    return Changes(_mean(raw, scale), _mean(differences, scale), steadiest)


PROCESSES = 0.1
"""How far two processes of one build may lie apart, as a standard deviation of logarithms: what rounds of
fresh processes show here for p95, and more than they show for the typical time (0.03)."""


def within_one_round(baseline: Floats, candidate: Floats, scale: Floats) -> Changes:
    """The same from blocks of one round, whose processes were the same all the time.

    Blocks do not show how processes of one build differ, so that ``PROCESSES`` stands for it.
    """
    changes = paired(baseline, candidate, scale)
    return Changes(_of_two_processes(changes.whole), _of_two_processes(changes.apart), changes.steadiest)


def _of_two_processes(change: Change) -> Change:
    return replace(change, error=np.hypot(change.error, PROCESSES))


def _mean(differences: Floats, scale: Floats) -> Change:
    n = np.isfinite(differences).sum(axis=0)
    value, variance = _moments(differences, n)
    moderated = moderate(variance, np.maximum(n - 1.0, 0.0), scale)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.sqrt(moderated.variance / n)
    return Change(value, np.where(n > 1, error, np.inf), moderated.freedom)


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
    freedom = np.maximum(n_b - 1.0, 0.0) + np.maximum(n_c - 1.0, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = np.where(n_b > 1, variance_b * (n_b - 1), 0.0) + np.where(
            n_c > 1, variance_c * (n_c - 1), 0.0
        )
        variance = np.where(freedom > 0, squares / freedom, np.nan)
        moderated = moderate(variance, freedom, scale)
        error = np.sqrt(moderated.variance * (1.0 / n_b + 1.0 / n_c))
    value = mean_c - mean_b
    known = (freedom > 0) & (n_b > 0) & (n_c > 0)
    return Change(value, np.where(known, error, np.inf), moderated.freedom)


def _moments(values: Floats, n: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Mean and unbiased variance over the first axis, NaN left out."""
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, np.nansum(values, axis=0) / n, np.nan)
        squares = np.nansum((values - mean) ** 2, axis=0)
        return mean, np.where(n > 1, squares / (n - 1), np.nan)
