"""How probable each commit is to have made the change, after duets of revisions.

One commit changed the level by an unknown step, each other one by next to nothing. A duet of two revisions
measures the step where one of them contains the commit and the other does not. All that is unknown but the
commit is normal, so that it is integrated exactly. Commits of a merge need no order: what counts is which
revision contains which commit.

Shapes: ``N`` revisions, ``C`` commits, ``D`` duets. Values are logarithms.

Source: M. Ben-Or and A. Hassidim, "The Bayesian Learner is Optimal for Noisy Binary Search", FOCS 2008, for
the search; the continuous likelihood is that of a Bayesian linear model (D. V. Lindley and A. F. M. Smith,
Journal of the Royal Statistical Society B 34 (1972)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import linalg

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mario_perf.history.network import Links

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

STEP: Final = 0.3
"""Standard deviation of the step before anything is measured: most are below 30 %."""

DRIFT: Final = 0.001
"""Standard deviation of what each other commit changes."""

NO_CHANGE: Final = 0.2
"""The probability, before anything is measured, that no commit made a change."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is known after some duets. ``step`` and ``step_error`` are those of the mixture of all commits."""

    commits: Floats  # (C,) probability that the commit made the change
    no_change: float
    step: float
    step_error: float


def posterior(contains: Bools, links: Links, prior: Floats | None = None) -> Posterior:
    """The posterior of ``(C,)`` commits.

    Args:
        contains: ``(N, C)``, whether a revision contains a commit.
        links: ``D`` duets of revisions.
        prior: ``(C,)`` weights of the commits; equal where there are none.
    """
    count = contains.shape[1]
    weights = np.ones(count) if prior is None else prior
    between = contains[links.later].astype(float) - contains[links.earlier]
    noise = np.diag(links.error**2) + DRIFT**2 * between @ between.T
    root = np.linalg.cholesky(noise)
    value = linalg.solve_triangular(root, links.value, lower=True)
    effect = linalg.solve_triangular(root, between, lower=True)
    precision = 1 / STEP**2 + (effect**2).sum(axis=0)
    step = value @ effect / precision
    log = 0.5 * (step**2 * precision - np.log(STEP**2 * precision)) + np.log(
        (1 - NO_CHANGE) * weights / weights.sum()
    )
    logs = np.append(log, np.log(NO_CHANGE))
    shares = np.exp(logs - logs.max())
    shares /= shares.sum()
    known = shares[:count] / max(shares[:count].sum(), 1e-300)
    mean = float(known @ step)
    variance = float(known @ (1 / precision + step**2)) - mean**2
    return Posterior(shares[:count], float(shares[count]), mean, max(variance, 0.0) ** 0.5)
