"""Where the rounds of a gate agree: a mean that few rounds cannot move far, and a count of those that agree.

On a shared machine a round now and then lies many times as far off as the others. The mean follows it. Here
each round counts in full up to some usual deviations from the middle, and no more beyond.

``R`` rounds, ``N`` operations. Values are differences of logarithms; NaN where a round has no executions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CLIP = 1.5
"""Usual deviations. On the kept rounds of real gates the error is 14 to 20 % smaller than the mean's, and
4 % larger where rounds are normal."""

CLIP_WEIGHTED = 2.5
"""The same of rounds that have weights: most of their long tails is gone."""

LENT = 2.0
"""Weight of the deviation that is usual for all operations, against one of the operation's own."""

LEAST_INSIDE = 0.5
"""Share of rounds within the clip that the variance is corrected for, at least."""

_STEPS = 5
_NORMAL_MEAN = 1.2533  # a normal deviation over its mean absolute value
_NORMAL_MEDIAN = 1.4826  # and over its median absolute value

AGREEMENT = 0.067
"""The chance by which as many rounds may agree if each goes either way: 5 of 5, 6 of 7, 8 of 10."""


def locate(differences: Floats, scale: Floats, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """Location of each operation, and the variance of one round around it; both ``(N,)``.

    ``differences`` ``(R, N)``, ``scale`` ``(N,)`` what each variance should be proportional to, ``weights``
    ``(R, N)`` the inverse of each round's variance, in the mean 1 (``round_weights``). The variance over the
    number of rounds is that of the location. NaN where fewer than two rounds are known.

    Source: P. J. Huber, "Robust Estimation of a Location Parameter", Annals of Mathematical Statistics 35
    (1964); the variance is that of his psi over the squared share of rounds within the clip.
    """
    value, variance = np.full((2, differences.shape[1]), np.nan)
    known = np.isfinite(differences).any(axis=0)
    clip = CLIP if weights is None else CLIP_WEIGHTED
    roots = np.sqrt(np.ones_like(differences) if weights is None else weights)
    if known.any():
        value[known], variance[known] = _locate(differences[:, known], scale[known], roots[:, known], clip)
    return value, variance


def _locate(differences: Floats, scale: Floats, roots: Floats, clips: float) -> tuple[Floats, Floats]:
    """``roots`` are those of the weights: differences times them are all of one variance."""
    known = np.isfinite(differences)
    n = known.sum(axis=0)
    place = middle(differences)
    clip = clips * _deviation(np.abs(differences - place) * roots, known, scale)
    filled, roots = np.where(known, differences, 0.0), roots * known
    for _ in range(_STEPS):
        inside, psi = _psi((filled - place) * roots, clip, roots)
        place = place + (psi * roots).sum(axis=0) / n / inside
    inside, psi = _psi((filled - place) * roots, clip, roots)
    variance = (psi**2).sum(axis=0) / np.maximum(n - 1, 1) / inside**2
    return place, np.where(n > 1, variance, np.nan)


def _psi(rest: Floats, clip: Floats, roots: Floats) -> tuple[Floats, Floats]:
    """The share of rounds within the clip, by weight, and what each round counts for."""
    weights = roots**2
    inside = ((np.abs(rest) <= clip) * weights).sum(axis=0) / weights.sum(axis=0)
    return np.maximum(inside, LEAST_INSIDE), np.clip(rest, -clip, clip)


def middle(values: Floats) -> Floats:
    """The median over the rounds, NaN left out; ``(N,)``, and NaN where no round is known."""
    n = np.isfinite(values).sum(axis=0)
    ascending = np.sort(values, axis=0)  # NaN comes last
    columns = np.arange(values.shape[1])
    return np.asarray((ascending[(n - 1) // 2, columns] + ascending[n // 2, columns]) / 2)


def _deviation(away: Floats, known: NDArray[np.bool_], scale: Floats) -> Floats:
    """The usual deviation of each operation's rounds: its own, drawn towards that of all operations."""
    n = known.sum(axis=0)
    own = _NORMAL_MEAN * np.where(known, away, 0.0).sum(axis=0) / np.sqrt(n * np.maximum(n - 1, 1))
    usual = _NORMAL_MEDIAN * np.median((away / np.sqrt(scale))[known]) * np.sqrt(scale)
    return np.asarray(np.sqrt((own**2 + LENT * usual**2) / (1 + LENT)))


def agreed_change(differences: Floats) -> Floats:
    """The change that enough rounds exceed, ``(N,)``; NaN where no round is known.

    Enough are as many as agree by chance with a probability of at most ``AGREEMENT`` where each goes either
    way: all of four to six, 6 of 7, 8 of 10, 11 of 15. Two processes of one build that lie far apart, as with
    a compiler that optimises now and then, differ in some rounds and not in nearly all.
    """
    n = np.isfinite(differences).sum(axis=0)
    ascending = np.sort(differences, axis=0)  # NaN comes last
    rank = np.maximum(n - _enough(len(differences))[n], 0)
    return np.asarray(np.take_along_axis(ascending, rank[None], axis=0)[0])


def _enough(most: int) -> NDArray[np.intp]:
    """How many of n rounds, for n from 0 to ``most``."""
    n, k = np.arange(most + 1)[:, None], np.arange(most + 1)
    by_chance = np.where((k > 0) & (k <= n), special.bdtrc(np.maximum(k - 1, 0), n, 0.5), 1.0)
    fitting = by_chance <= AGREEMENT
    return np.where(fitting.any(axis=1), fitting.argmax(axis=1), n[:, 0])
