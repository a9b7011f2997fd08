"""The duet that is expected to say most about the commit that made the change.

Source: D. V. Lindley, "On a Measure of the Information Provided by an Experiment", Annals of Mathematical
Statistics 27 (1956).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from mario_perf.history.bisection.posterior import DRIFT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mario_perf.history.bisection.posterior import Bools, Floats, Posterior

    Indices = NDArray[np.intp]

GRID: Final = 97
"""Points of the numerical integral over what a duet may say."""

MOST: Final = 24
"""Duets whose information is computed."""

REACH: Final = 5.0
"""Standard deviations around the outermost mean that the integral covers."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A duet of two revisions, by their indices, and the bits that it is expected to bring."""

    earlier: int
    later: int
    information: float


def next_duet(
    contains: Bools, known: Posterior, first: list[int], second: list[int], error: float
) -> Choice | None:
    """The best duet of a revision in ``first`` with one in ``second``; None where no two differ.

    The first one in order wins among equals. ``error`` is the standard error that a duet has.
    """
    pairs = np.array([(a, b) for a in first for b in second if a != b], dtype=np.intp).reshape(-1, 2)
    if not len(pairs):
        return None
    pairs = pairs[np.sort(np.argsort(-_spread(contains, known, pairs), kind="stable")[:MOST])]
    bits = information(contains, known, pairs[:, 0], pairs[:, 1], error)
    best = int(np.argmax(np.round(bits, 3)))
    return Choice(int(pairs[best, 0]), int(pairs[best, 1]), float(bits[best]))


def _spread(contains: Bools, known: Posterior, pairs: Indices) -> Floats:
    """Variance of the number of steps between two revisions, ``(P,)``; large where much is learned."""
    difference = contains[pairs[:, 1]].astype(float) - contains[pairs[:, 0]]
    mean = difference @ known.commits
    return np.asarray(np.round(difference**2 @ known.commits - mean**2, 6))


def information(contains: Bools, known: Posterior, earlier: Indices, later: Indices, error: float) -> Floats:
    """Bits that each of ``P`` duets is expected to bring, ``(P,)``.

    What a duet says is a mixture: the step where only the later one has the commit, minus the step where only
    the earlier one has it, and nothing where both or none have it.
    """
    before, after = contains[earlier], contains[later]
    up = (after & ~before) @ known.commits
    down = (before & ~after) @ known.commits
    shares = np.stack([up, down, np.maximum(1 - up - down, 0.0)])  # (3, P)
    base = error**2 + DRIFT**2 * (before ^ after).sum(axis=1)  # (P,)
    means = np.array([known.step, -known.step, 0.0])
    variances = base + np.array([known.step_error**2, known.step_error**2, 0.0])[:, None]  # (3, P)
    edge = abs(known.step) + REACH * np.sqrt(variances.max())
    grid = np.linspace(-edge, edge, GRID)
    density = np.exp(-0.5 * (grid - means[:, None, None]) ** 2 / variances[..., None])
    density /= np.sqrt(2 * np.pi * variances)[..., None]
    mixture = np.einsum("kp,kpg->pg", shares, density)
    whole = -(mixture * np.log2(np.maximum(mixture, 1e-300))).sum(axis=1) * (grid[1] - grid[0])
    parts = 0.5 * np.log2(2 * np.pi * np.e * variances)
    return np.asarray(np.maximum(whole - (shares * parts).sum(axis=0), 0.0))
