"""What blocks of turns say of the ratio of two capacities. Pure.

A build's capacity is the rate of journeys that it completes while more arrive. In a block both builds get
the same rate, in turns. A build that falls behind shows its capacity; one that keeps up shows only that it
can do more (a censored value; Tobin 1958). The machine's speed moves from block to block, for both builds
alike, and each build's value has noise of its own.

The posterior is over the baseline's logarithmic capacity now, the logarithmic ratio, and the noise. Between
blocks the capacity may drift; the ratio may not. Only the ratio is asked for; the rest is summed out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import ndimage, special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

KEEPS_UP: Final = 1.1
"""Time of a build's turns, as a share of what they were to take, up to which it kept up."""

_STEP: Final = 0.01
"""Of the lattice, in logarithms."""

_SPAN: Final = 0.8
"""The baseline's capacity is at most so far from the first guess: less than half of it, to double."""

_LARGEST: Final = 0.7
"""Logarithm of the largest ratio: one that is larger counts as this one, about half or double."""

_NOISES: Final = np.array([0.01, 0.02, 0.04, 0.08, 0.16])
"""Standard deviations of one build's value in a block that are held for possible."""

_DRIFT, _JUMP = 0.04, 0.2
"""Mean change of the machine's speed from one block to the next, by Laplace's distribution; and of a jump."""

_JUMPS: Final = 0.1
"""Share of changes that are jumps, as other work begins or ends."""

_LAPSES: Final = 0.02
"""Share of values that say nothing, as other work held the machine: the posterior survives them."""

_SCALE, _FREEDOM = 0.1, 3.0
"""Of the prior of the ratio, Student's t: most builds differ little, some by much."""

_GUESS: Final = 0.25
"""Standard deviation of the first guess."""

_FAR: Final = 0.6
"""Logarithm of a capacity to its guess, beyond which the guess was wrong, or the machine is another."""

_KEPT_UP_FAR: Final = 1.5
"""The same where both builds keep up, as a share of the guess."""

_POOL: Final = 4
"""Lattice points that are taken as one where a rate is chosen."""

_SHORTFALLS: Final = np.array([0.0, 0.05, 0.1, 0.2, 0.4])
"""By how much a build falls behind (logarithm), as it is sorted where a rate is chosen."""


@dataclass(frozen=True, slots=True)
class Served:
    """What a build did in a block: journeys a second that it completed without failure.

    One that ``kept_up`` might have completed more.
    """

    rate: float
    kept_up: bool


@dataclass(frozen=True, slots=True)
class Block:
    """Turns of both builds at one ``rate`` of arrivals (a second). The baseline completed something."""

    rate: float
    baseline: Served
    candidate: Served


@dataclass(frozen=True, slots=True)
class BlockCost:
    """Seconds that a block takes: ``fixed``, and ``turns`` of each build, longer where it falls behind."""

    fixed: float
    turns: float

    def seconds(self, rate: float, baseline: Floats, candidate: Floats) -> Floats:
        """By capacity of each build."""
        slower: Floats = np.maximum(1.0, rate / baseline) + np.maximum(1.0, rate / candidate)
        return self.fixed + self.turns * slower


@dataclass(frozen=True, slots=True)
class RatioPosterior:
    """``weights`` by noise, capacity of the baseline and ratio; ``guess`` is the first capacity."""

    guess: float
    weights: Floats

    @property
    def ratio(self) -> Floats:
        """Weights of the ratios; the rest is summed out."""
        weights: Floats = self.weights.sum(axis=(0, 1))
        return weights

    @property
    def median(self) -> float:
        """Logarithm of candidate to baseline."""
        return float(np.interp(0.5, _middle(np.cumsum(self.ratio)), _RATIOS))

    @property
    def capacity(self) -> float:
        """The baseline's, a second: the median."""
        weights = self.weights.sum(axis=(0, 2))
        return self.guess * math.exp(np.interp(0.5, _middle(np.cumsum(weights)), _CAPACITIES))

    def interval(self, false_alarms: float) -> tuple[float, float]:
        """Logarithms between which the ratio is. Infinite where it may be more than the largest.

        All ratios whose weight fell to no less than ``false_alarms`` of what it was before any block. The
        ratio of prior to posterior is a martingale: whenever one stops, and however the rates were chosen,
        the true ratio is left out with no more than that probability (Ville 1939; Waudby-Smith and
        Ramdas 2020).
        """
        kept = np.log(np.maximum(self.ratio, 1e-300) / _PRIOR) - math.log(false_alarms)
        inside = np.flatnonzero(kept >= 0)
        first, last = int(inside[0]), int(inside[-1])
        low = -math.inf if first == 0 else _crossing(kept, first - 1, first)
        high = math.inf if last == len(kept) - 1 else _crossing(kept, last + 1, last)
        return low, high


def _lattice(reach: float) -> Floats:
    """From ``-reach`` to ``reach``."""
    points: Floats = np.linspace(-reach, reach, 2 * round(reach / _STEP) + 1)
    return points


_RATIOS: Final = _lattice(_LARGEST)
_CAPACITIES: Final = _lattice(_SPAN)


def _student(values: Floats) -> Floats:
    density = (1 + (values / _SCALE) ** 2 / _FREEDOM) ** (-(_FREEDOM + 1) / 2)
    weights: Floats = density / density.sum()
    return weights


def _changes_of_speed() -> Floats:
    """From one block to the next, on the lattice."""
    offsets = np.abs(_lattice(_FAR))
    drift, jump = (np.exp(-offsets / mean) for mean in (_DRIFT, _JUMP))
    kernel: Floats = (1 - _JUMPS) * drift / drift.sum() + _JUMPS * jump / jump.sum()
    return kernel


def _around_guess() -> Floats:
    """By capacity, for all noises and ratios."""
    weights: Floats = np.exp(-0.5 * (_CAPACITIES / _GUESS) ** 2)[:, None]
    return weights


_PRIOR: Final = _student(_RATIOS)
_KERNEL: Final = _changes_of_speed()


def prior(guess: float) -> RatioPosterior:
    """Before any block. The baseline's capacity is about ``guess``, a second."""
    weights = np.ones(len(_NOISES))[:, None, None] * _around_guess() * _PRIOR
    return RatioPosterior(guess, weights / weights.sum())


def learn(before: RatioPosterior, block: Block) -> RatioPosterior:
    """What is known after one more block: the machine may have drifted before it."""
    block = _clip(block)
    weights = ndimage.convolve1d(before.weights, _KERNEL, axis=1, mode="nearest")
    baseline = _likelihood(block.rate, block.baseline, before.guess, _CAPACITIES)
    candidate = _likelihood(block.rate, block.candidate, before.guess, _sums(_CAPACITIES, _RATIOS))
    weights *= baseline[:, :, None] * np.lib.stride_tricks.sliding_window_view(
        candidate, len(_RATIOS), axis=1
    )
    return replace(before, weights=weights / weights.sum())


def _clip(block: Block) -> Block:
    """A ratio beyond the lattice would look like a lapse: it counts as the largest one."""
    floor = max(block.baseline.rate, block.candidate.rate) * math.exp(-_LARGEST)
    baseline, candidate = (
        replace(each, rate=max(each.rate, floor)) for each in (block.baseline, block.candidate)
    )
    return replace(block, baseline=baseline, candidate=candidate)


def recentre(known: RatioPosterior, guess: float) -> RatioPosterior:
    """The same of ratio and noise, where the baseline's capacity turned out to be about ``guess``."""
    weights = _around_guess() * known.weights.sum(axis=1, keepdims=True)
    return RatioPosterior(guess, weights / weights.sum())


def better_guess(known: RatioPosterior, block: Block) -> float | None:
    """Where the baseline's capacity is, if a block shows that it is far from the guess."""
    if block.baseline.kept_up and block.candidate.kept_up:
        return 2 * known.guess if block.rate > _KEPT_UP_FAR * known.guess else None
    served = block.baseline.rate
    return served if not block.baseline.kept_up and abs(math.log(served / known.guess)) > _FAR else None


def _sums(capacities: Floats, ratios: Floats) -> Floats:
    """All values of capacity plus ratio, on one lattice: a window of it belongs to each capacity."""
    first = capacities[0] + ratios[0]
    step = capacities[1] - capacities[0]
    sums: Floats = first + step * np.arange(len(capacities) + len(ratios) - 1)
    return sums


def _likelihood(rate: float, served: Served, guess: float, capacities: Floats) -> Floats:
    """By noise and logarithmic capacity."""
    noises = _NOISES[:, None]
    likelihood: Floats
    if served.kept_up:
        limit = math.log(rate / KEEPS_UP / guess)
        likelihood = (1 - _LAPSES) * special.ndtr((capacities - limit) / noises) + _LAPSES / 2
    else:
        value = math.log(served.rate / guess)
        density = np.exp(-0.5 * ((value - capacities) / noises) ** 2) / (math.sqrt(2 * math.pi) * noises)
        likelihood = (1 - _LAPSES) * density + _LAPSES / (2 * _SPAN)
    return likelihood


def next_rate(known: RatioPosterior, cost: BlockCost) -> float:
    """The rate of the block that is expected to tell most of the ratio for its time.

    The posterior's expected fall of entropy, as in the Psi method (Kontsevich and Tyler 1999), but of the
    ratio alone (Prins 2013), and with outcomes of several categories (Watson 2017).
    """
    weights, capacities, ratios = _pooled(known.weights)
    baseline = known.guess * np.exp(capacities)
    candidate = baseline[:, None] * np.exp(ratios)
    by_capacity = weights.sum(axis=0)

    def worth(rate: float) -> float:
        seconds = (by_capacity * cost.seconds(rate, baseline[:, None], candidate)).sum()
        return float(_information(weights, capacities, ratios, math.log(rate / known.guess)) / seconds)

    return max(_candidates(known, by_capacity, capacities, ratios), key=worth)


def _candidates(known: RatioPosterior, weights: Floats, capacities: Floats, ratios: Floats) -> list[float]:
    """Rates from where the slower build may fall behind to where the faster one surely does."""
    order = np.cumsum(weights.sum(axis=1))
    low, high = np.interp([0.1, 0.9], _middle(order), capacities)
    ratio = float((weights.sum(axis=0) * ratios).sum())
    edges = (min(low, low + ratio), max(high, high + ratio) + 3 * math.log(KEEPS_UP))
    return [known.guess * math.exp(each) for each in np.linspace(*edges, 9)]


def _information(weights: Floats, capacities: Floats, ratios: Floats, rate: float) -> float:
    """Entropy of the ratio now, less what is expected after a block at this (logarithmic) rate."""
    baseline = _outcomes(rate, capacities)
    candidate = np.lib.stride_tricks.sliding_window_view(
        _outcomes(rate, _sums(capacities, ratios)), len(ratios), axis=2
    )
    joint = np.einsum("nck,onc,pnck->opk", weights, baseline, candidate, optimize=True)
    joint = joint.reshape(-1, len(ratios)).clip(1e-300)
    after = joint / joint.sum(axis=1, keepdims=True)
    now = weights.sum(axis=(0, 1)).clip(1e-300)
    return float((joint * np.log(after)).sum() - (now * np.log(now)).sum())


def _outcomes(rate: float, capacities: Floats) -> Floats:
    """Probabilities by outcome (falls behind by most ... keeps up), noise and logarithmic capacity."""
    edges = rate - math.log(KEEPS_UP) - _SHORTFALLS[::-1]
    noises = np.hypot(_NOISES, _STEP * _POOL / math.sqrt(12))[:, None]
    below = special.ndtr((edges[:, None, None] - capacities) / noises)
    shares: Floats = np.diff(below, axis=0, prepend=0.0, append=1.0)
    return (1 - _LAPSES) * shares + _LAPSES / len(shares)


def _pooled(weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Weights, capacities and ratios of a coarser lattice."""
    noises, capacities, ratios = len(_NOISES), len(_CAPACITIES) // _POOL, len(_RATIOS) // _POOL
    cut = weights[:, : capacities * _POOL, : ratios * _POOL]
    pooled = cut.reshape(noises, capacities, _POOL, ratios, _POOL).sum(axis=(2, 4))
    return (
        pooled / pooled.sum(),
        _CAPACITIES[: capacities * _POOL].reshape(-1, _POOL).mean(axis=1),
        _RATIOS[: ratios * _POOL].reshape(-1, _POOL).mean(axis=1),
    )


def _middle(cumulated: Floats) -> Floats:
    """Shares at the middle of each lattice point instead of at its end."""
    return cumulated - np.diff(cumulated, prepend=0.0) / 2


def _crossing(kept: Floats, outside: int, inside: int) -> float:
    """Where ``kept`` is 0, between two neighbours of the lattice."""
    return float(np.interp(0.0, kept[[outside, inside]], _RATIOS[[outside, inside]]))
