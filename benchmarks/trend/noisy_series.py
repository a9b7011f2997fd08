"""Series with known steps, in the noise that practitioners meet.

Noise is normal, heavy-tailed, skewed, or of several modes, of its own for builds and for repetitions. It
wanders, drifts, has spikes of single values and of whole builds, and is rounded. Steps are 1.8 to 15 standard
deviations. Drifts are at most 1.4 of them, and are no change points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Groups = NDArray[np.intp]
    Random = np.random.Generator

LENGTHS = (60, 900)
STEPS = (1.8, 15.0)
FROM_ENDS = 8
"""Fewest values between two steps, and between a step and an end."""


def noisy_series(random: Random) -> tuple[Floats, tuple[object, ...], tuple[int, ...]]:
    """Values, groups, and indices of steps."""
    n = round(_between(random, *LENGTHS))
    groups = _groups(random, n)
    labels = () if _happens(random, 1 / 3) else _steps(random, groups)
    noise = _noise(random, groups) + _wander(random, n) + _drift(random, n) + _spikes(random, groups)
    for label in labels:
        noise[label:] += _between(random, *STEPS) * random.choice([1, 1, -1])
    return _scaled(random, noise), tuple(groups.tolist()), labels


def _between(random: Random, low: float, high: float) -> float:
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def _happens(random: Random, share: float) -> bool:
    return bool(random.random() < share)


def _groups(random: Random, n: int) -> Groups:
    """Builds with one repetition each, or with six on average."""
    repetitions = random.geometric(1 / random.choice([1.0, 1.5, 4.0, 6.0]), size=n)
    return np.repeat(np.arange(n), repetitions)[:n]


def _steps(random: Random, groups: Groups) -> tuple[int, ...]:
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    possible = starts[(starts >= FROM_ENDS) & (starts <= len(groups) - FROM_ENDS)]
    steps: list[int] = []
    for index in sorted(random.permutation(possible)[: random.choice([1, 1, 1, 1, 2, 3])].tolist()):
        if not steps or index - steps[-1] >= FROM_ENDS:
            steps.append(index)
    return tuple(steps)


def _noise(random: Random, groups: Groups) -> Floats:
    """Of repetitions and of builds, one standard deviation together."""
    share = random.choice([0.0, 0.0, 0.2, 0.5, 0.8])
    repetitions, builds = _one_kind(random, len(groups)), _one_kind(random, int(groups[-1]) + 1)
    return np.asarray(np.sqrt(1 - share) * repetitions + np.sqrt(share) * builds[groups])


def _one_kind(random: Random, n: int) -> Floats:
    kinds: tuple[Callable[[Random, int], Floats], ...] = (_normal, _heavy, _skewed, _bimodal, _multimodal)
    return kinds[random.integers(len(kinds))](random, n)


def _normal(random: Random, n: int) -> Floats:
    return random.normal(size=n)


def _heavy(random: Random, n: int) -> Floats:
    return np.asarray(random.standard_t(3, size=n) / np.sqrt(3))


def _skewed(random: Random, n: int) -> Floats:
    return np.asarray((np.exp(0.6 * random.normal(size=n)) - 1.2) / 0.8)


def _bimodal(random: Random, n: int) -> Floats:
    slow = random.uniform(0.05, 0.5)
    modes = (random.random(n) < slow) - slow
    return np.asarray((modes + 0.2 * random.normal(size=n)) / np.sqrt(slow * (1 - slow) + 0.04))


def _multimodal(random: Random, n: int) -> Floats:
    count = int(random.integers(3, 6))
    modes = random.integers(count, size=n) - (count - 1) / 2
    return np.asarray((modes + 0.1 * random.normal(size=n)) / np.sqrt((count**2 - 1) / 12))


def _wander(random: Random, n: int) -> Floats:
    """An autoregressive process that forgets within 4 values, or within an eighth of the series."""
    weight = random.choice([0.0, 0.0, 0.2, 0.4, 0.7])
    memory = 1 - 1 / _between(random, 4, max(n / 8, 6))
    shocks = random.normal(size=n) * np.sqrt(1 - memory**2)
    return np.asarray(weight * signal.lfilter([1], [1, -memory], shocks))


def _drift(random: Random, n: int) -> Floats:
    size = random.uniform(-1, 1) * _happens(random, 0.3)
    return np.asarray(size * np.linspace(-0.7, 0.7, n))


def _spikes(random: Random, groups: Groups) -> Floats:
    """Of single values in 40 % of the series, and of whole builds in 30 %."""
    n, builds = len(groups), int(groups[-1]) + 1
    single = random.random(n) < random.uniform(0.003, 0.04) * _happens(random, 0.4)
    whole = random.random(builds) < random.uniform(0.005, 0.05) * _happens(random, 0.3)
    heights = random.exponential(8, size=n), random.exponential(5, size=builds)
    return np.asarray(single * heights[0] * random.choice([1, 1, 1, -1]) + (whole * heights[1])[groups])


def _scaled(random: Random, noise: Floats) -> Floats:
    """As durations, a quarter of them rounded to their standard deviation."""
    sigma = random.choice([0.005, 0.01, 0.03, 0.08])
    values = 100 * np.exp(sigma * np.clip(noise, -40, 40))
    step = 100 * sigma
    return np.asarray(np.round(values / step) * step if _happens(random, 0.25) else values)
