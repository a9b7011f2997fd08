"""Where a series of ranks changes its level most: CUSUM statistics over intervals of many lengths.

Ranks do not feel how far off an outlier lies, and they need no model of the noise.
Shapes: ``B`` series of ``n`` ranks.

Sources: A. N. Pettitt, "A Non-Parametric Approach to the Change-Point Problem", Applied Statistics 28 (1979);
the intervals are those of S. Kovács et al., "Seeded Binary Segmentation", Biometrika 110 (2023).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.intp]

LEAST = 5
"""Fewest values on each side of a split. Fewer may be a short burst."""

DECAY = 1.6
"""Each layer of intervals is shorter than the one before by this factor."""

SHORTEST = 16
"""Length of the shortest intervals. Within fewer values no statistic can exceed what chance gives."""

SPLITS = 48
"""About as many splits of an interval are tried at first. The best one is then refined."""

_NO_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Split:
    """The best split of the values from ``start`` to before ``stop``: the new level begins at ``index``."""

    statistic: float
    start: int
    index: int
    stop: int


def centred_ranks(values: Floats) -> Floats:
    """Ranks around zero, ties averaged. ``(n,)`` to ``(n,)``."""
    return np.asarray(stats.rankdata(values) - (len(values) + 1) / 2)


def greatest(ranks: Floats) -> Floats:
    """The greatest statistic of each series; ``(B, n)`` to ``(B,)``, 0 where a series is too short."""
    best = np.zeros(len(ranks))
    for layer in _layers(ranks):
        best = np.maximum(best, layer.statistics.reshape(len(ranks), -1).max(axis=1))
    return best


def best_split(values: Floats, starts: Indices) -> Split | None:
    """The best split of ``(n,)`` values at one of ``starts``, which ascend; None where there is none."""
    best: Split | None = None
    for layer in _layers(centred_ranks(values)[None]):
        row, column = np.unravel_index(int(layer.statistics[0].argmax()), layer.statistics[0].shape)
        statistic = float(layer.statistics[0, row, column])
        if best is None or statistic > best.statistic:
            start, offset = int(layer.starts[row]), int(layer.offsets[column])
            best, step = Split(statistic, start, start + offset, start + layer.length), layer.step
    return None if best is None else _refined(values, best, step, starts)


def statistic_at(values: Floats, indices: Indices) -> Floats:
    """The statistic of ``(n,)`` values for splits at ``indices``.

    It is the difference between the mean ranks of both sides over what it varies by if nothing changes.
    """
    ranks, n = centred_ranks(values), len(values)
    before = np.concatenate(([0.0], np.cumsum(ranks)))[indices]
    scale = np.sqrt(indices * (n - indices) / n * max(ranks.var(), _NO_VARIANCE))
    return np.asarray(np.abs(before) / scale)


@dataclass(frozen=True, slots=True)
class _Layer:
    starts: Indices  # I
    length: int
    offsets: Indices  # K
    step: int
    statistics: Floats  # (B, I, K)


def _layers(ranks: Floats) -> Iterator[_Layer]:
    """Statistics of all intervals, from the whole series to the shortest."""
    sums, squares = _running(ranks), _running(ranks**2)
    for starts, length in _intervals(ranks.shape[1]):
        step = max(1, length // SPLITS)
        offsets = np.arange(LEAST, length - LEAST + 1, step)
        if len(offsets):
            statistics = _statistics(sums, squares, starts, length, offsets)
            yield _Layer(starts, length, offsets, step, statistics)


def _running(values: Floats) -> Floats:
    return np.concatenate((np.zeros((len(values), 1)), np.cumsum(values, axis=1)), axis=1)


def _intervals(n: int) -> Iterator[tuple[Indices, int]]:
    """Starts and length of each layer; neighbours overlap by half."""
    length = float(n)
    yield np.array([0]), n
    while (length := length / DECAY) >= SHORTEST:
        whole = round(length)
        count = int(np.ceil((n - whole) / (whole / 2))) + 1
        yield np.unique(np.round(np.linspace(0, n - whole, count)).astype(np.intp)), whole


def _statistics(sums: Floats, squares: Floats, starts: Indices, length: int, offsets: Indices) -> Floats:
    first, last = sums[:, starts], sums[:, starts + length]
    mean = (last - first) / length
    variance = (squares[:, starts + length] - squares[:, starts]) / length - mean**2
    away = sums[:, starts[:, None] + offsets] - first[:, :, None]
    away -= mean[:, :, None] * offsets
    away /= np.sqrt(offsets * (length - offsets) / length)
    return np.asarray(np.abs(away) / np.sqrt(np.maximum(variance, _NO_VARIANCE))[:, :, None])


def _refined(values: Floats, split: Split, step: int, starts: Indices) -> Split | None:
    """The best split at a start near the one of the scan; starts are where a change is possible."""
    low, high = split.start + LEAST, split.stop - LEAST
    possible = starts[(starts >= low) & (starts <= high)]
    if not len(possible):
        return None
    away = np.abs(possible - split.index)
    near = possible[away <= max(step, away.min())]
    statistics = statistic_at(values[split.start : split.stop], near - split.start)
    best = int(statistics.argmax())
    return Split(float(statistics[best]), split.start, int(near[best]), split.stop)
