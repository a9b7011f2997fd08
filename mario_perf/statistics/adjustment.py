"""Changes between separate runs, with what a reference beside each of them moved by taken out.

``R`` kept runs, ``K`` runs of now, ``N`` operations, ``M`` operations of the reference; all in logarithms.

An operation's level is ``a + d now + x b + error``: ``x`` is what the reference's operations were at in that
run, ``d`` the change that is looked for. The slopes ``b`` are not known, and few runs cannot tell them. So
they are drawn towards what a machine that is slower by ``s`` does to everything: each kind of work counts
alike, and they sum up to 1. Slopes that are normal around that, with a known spread against the error's,
add ``spread^2 x x'`` to the covariance of the runs, and generalised least squares gives ``d``. What the
slopes may differ by is then in its error, and ``SLOPE_ERROR`` besides: it grows with how far today's machine
is from the kept runs' days.

Sources: A. C. Aitken, "On least squares and linear combination of observations" (1935); C. E. Rasmussen and
C. K. I. Williams, "Gaussian Processes for Machine Learning" (2006), section 2.1, for normal slopes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg

from mario_perf.statistics.change import Change, Changes, add
from mario_perf.statistics.disturbance import levels
from mario_perf.statistics.moderation import MAX_BORROWED_SPECIFIC, moderate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

SLOPE_SPREAD = 4.0
"""Standard deviation of one slope over that of the error: 0.08 against 2 %, of six slopes of about 0.17."""

SLOPE_ERROR = 0.05
"""What the slopes may be wrong by, however little kept runs scatter: they cannot show the slope of a day that
none of them had. It counts for what all kinds of work moved by, and for what each moved by beside that.
Beside other work, waiting became 0.9 longer in logarithms, and a service 0.25 slower."""


@dataclass(frozen=True, slots=True)
class ReferenceLogs:
    """Levels of the reference's operations: ``(R, M)`` beside kept runs, ``(K, M)`` beside those of now.

    ``apart`` is what an operation moves by, beyond the reference, from the kept runs' kind of machine to
    that of now: a standard deviation, 0 for one kind.
    """

    baseline: Floats
    candidate: Floats
    apart: float = 0.0

    @property
    def centred(self) -> Floats:
        """All runs, ``(R + K, M)``, each operation less its mean."""
        both = np.concatenate((self.baseline, self.candidate))
        return np.asarray(both - both.mean(axis=0))

    @property
    def shift(self) -> float:
        """What the machine moved by since the kept runs."""
        return float(self.candidate.mean() - self.baseline.mean())


def adjusted(baseline: Floats, candidate: Floats, scale: Floats, reference: ReferenceLogs) -> Changes:
    """The changes of all operations, from kept runs ``(R, N)`` to runs of now ``(K, N)``.

    What all operations share is one series, and is known by its runs alone; what each does apart from it
    lends the others strength. Both are unknown where no side has two runs.
    """
    logs, now = _both(baseline, candidate)
    common = levels(logs)[:, None]
    whole = _fit(common, now, reference.centred, slope=1.0).change
    own = _fit(logs - common, now, reference.centred, slope=0.0 if common.any() else 1.0)
    moderated = moderate(own.variance, own.freedom, scale, MAX_BORROWED_SPECIFIC)
    on_one_kind = own.with_variance(moderated.variance, moderated.degrees_of_freedom)
    specific = on_one_kind.with_extra_error(np.array(reference.apart))
    overall = add(specific, whole) if common.any() else specific
    return Changes(overall, specific, overall, specific.value, overall.value)


def whole_change(baseline: Floats, candidate: Floats, reference: ReferenceLogs) -> Change | None:
    """What all operations together moved by beyond the reference, shape ``(1,)``; None if too few tell."""
    logs, now = _both(baseline, candidate)
    common = levels(logs)[:, None]
    if not common.any():
        return None
    change = _fit(common, now, reference.centred, slope=1.0).change
    return change.with_extra_error(np.array(reference.apart))


def spreads(baseline: Floats, reference: ReferenceLogs) -> tuple[float, float]:
    """How far kept runs lie apart, a standard deviation: as they were, and less what the reference moved by.

    Medians over the operations that all runs saw; NaN for a single run.
    """
    known = baseline[:, np.isfinite(baseline).all(axis=0)]
    if len(known) < 2 or not known.size:  # noqa: PLR2004 - a spread needs two
        return np.nan, np.nan
    rest = known - reference.baseline.mean(axis=1, keepdims=True)
    before, after = (float(np.median(each.std(axis=0, ddof=1))) for each in (known, rest))
    return before, after


def _both(baseline: Floats, candidate: Floats) -> tuple[Floats, Flags]:
    logs = np.concatenate((baseline, candidate))
    return logs, np.arange(len(logs)) >= len(baseline)


@dataclass(frozen=True, slots=True)
class _Fit:
    """Of each column; the change's variance is ``leverage`` times that of the error."""

    value: Floats
    variance: Floats
    leverage: Floats
    freedom: Floats
    moved: Floats
    """How far the reference moved: all kinds of work together, and each beside that, as one length."""

    @property
    def change(self) -> Change:
        return self.with_variance(np.where(self.freedom > 0, self.variance, np.inf), self.freedom)

    def with_variance(self, variance: Floats, freedom: Floats) -> Change:
        """The change, with this variance of its error."""
        return Change(
            self.value, np.hypot(np.sqrt(variance * self.leverage), SLOPE_ERROR * self.moved), freedom
        )


def _fit(logs: Floats, now: Flags, reference: Floats, slope: float) -> _Fit:
    """Each column of ``logs``, ``(R + K, N)``; its slopes sum up to about ``slope``. NaN is left out."""
    rest = logs - slope * reference.mean(axis=1, keepdims=True)
    covariance = np.eye(len(rest)) + SLOPE_SPREAD**2 * reference @ reference.T
    columns = np.full((5, rest.shape[1]), np.nan)
    columns[3] = 0.0
    seen = np.isfinite(rest)
    for pattern in np.unique(seen, axis=1).T:
        if pattern[now].any() and pattern[~now].any():
            those = (seen == pattern[:, None]).all(axis=0)
            columns[:4, those] = _least_squares(
                rest[np.ix_(pattern, those)], now[pattern], covariance[np.ix_(pattern, pattern)]
            )
            shift = reference[pattern & now].mean(axis=0) - reference[pattern & ~now].mean(axis=0)
            columns[4, those] = np.hypot(shift.mean(), np.linalg.norm(shift - shift.mean()))
    return _Fit(*columns)


def _least_squares(logs: Floats, now: Flags, covariance: Floats) -> Floats:
    """The first rows of a ``_Fit`` of columns without a gap."""
    root = linalg.cholesky(covariance, lower=True)
    design = linalg.solve_triangular(root, np.column_stack((np.ones(len(now)), now)), lower=True)
    whitened = linalg.solve_triangular(root, logs, lower=True)
    inverse = linalg.inv(design.T @ design)
    solution = inverse @ design.T @ whitened
    freedom = len(now) - 2
    squares = ((whitened - design @ solution) ** 2).sum(axis=0)
    variance = squares / freedom if freedom else np.full(logs.shape[1], np.nan)
    return np.stack(np.broadcast_arrays(solution[1], variance, float(inverse[1, 1]), float(freedom)))
