"""Simulated series whose line is known, and real ones whose next values are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import signal, stats

from mario_perf.durations import DAY
from mario_perf.history.forecast import CONFIDENCE, forecast
from mario_perf.history.prediction import prediction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from benchmarks.trend.labelled import LabelledSeries

    Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

LOW, HIGH = (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2
SEED = 31
HEAVY, OUTLIERS, SEASONAL = 0.5, 0.02, 0.5
"""Shares of series with heavy-tailed noise, of values that are outliers, and of series with a season."""

AHEAD = 0.25
"""How far ahead the line is asked for, as a share of the series."""

NEXT = 5
"""Values that a prediction is asked for."""

STOPS = 60
"""Predictions of a real series, about, from the middle to its end."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many intervals there were, how many held the truth, and how many a simple Theil-Sen line holds."""

    count: int
    slopes: int
    lines: int
    plain_slopes: int
    predictions: Predictions


@dataclass(frozen=True, slots=True)
class Predictions:
    """Next values: how many, how many a range held, and the ranges' median width.

    The width is over that of the range which holds 90 % of the values before.
    """

    count: int
    held: int
    width: float


def simulated(count: int, dependence: float, seed: int = SEED) -> Coverage:
    """Series of 40 to 300 values, a few a day, with heavy tails, outliers, and a season of a week in half."""
    random = np.random.default_rng(seed)
    slopes = lines = plain = 0
    widths: list[tuple[Flags, float]] = []
    for _ in range(count):
        times, values, slope, truth = _series(random, dependence)
        widths += _predicted(times, values, len(values) - NEXT)
        if (fit := forecast(times, values)) is None:
            continue
        slopes += bool(fit.slope(LOW) <= slope <= fit.slope(HIGH))
        later = np.array([times[-1] + AHEAD * np.ptp(times)])
        level = truth + slope * (later - times[0])
        lines += bool((fit.line(later, LOW) <= level).all() and (level <= fit.line(later, HIGH)).all())
        bounds = stats.theilslopes(values, times, CONFIDENCE)
        plain += bool(bounds.low_slope <= slope <= bounds.high_slope)
    return Coverage(count, int(slopes), int(lines), int(plain), _counted(widths))


def _series(random: np.random.Generator, dependence: float) -> tuple[Floats, Floats, float, float]:
    n = int(random.integers(40, 301))
    times = 1.7e9 + np.cumsum(random.uniform(0.1, 0.6, size=n)) * DAY
    noise = random.normal(size=n) if random.random() > HEAVY else random.standard_t(4, size=n) / 2**0.5
    noise = signal.lfilter([1], [1, -dependence], noise) * np.sqrt(1 - dependence**2)
    noise += (random.random(n) < OUTLIERS) * random.exponential(8, size=n)
    season = 0.7 * (random.random() < SEASONAL) * np.sin(2 * np.pi * times / DAY / 7)
    slope = random.normal() * 0.05 / np.ptp(times)
    return times, -4.0 + slope * (times - times[0]) + 0.02 * (noise + season), slope, -4.0


def real(series: Iterable[LabelledSeries]) -> Predictions:
    """Next values of series, predicted from all before."""
    widths: list[tuple[Flags, float]] = []
    for each in series:
        values = np.log(each.values) if each.values.min() > 0 else each.values
        times = np.arange(len(values), dtype=float) * DAY
        for stop in range(len(values) // 2, len(values) - NEXT, max(1, len(values) // 2 // STOPS)):
            widths += _predicted(times, values, stop)
    return _counted(widths)


def _predicted(times: Floats, values: Floats, stop: int) -> Iterator[tuple[Flags, float]]:
    """Whether each of the values after ``stop`` was held, and the median width."""
    later = slice(stop, stop + NEXT)
    ends = prediction(times[:stop], values[:stop], times[later])
    if ends is not None:
        held = (ends[0] <= values[later]) & (values[later] <= ends[1])
        yield held, float(np.median(ends[1] - ends[0]) / np.ptp(np.quantile(values[:stop], (LOW, HIGH))))


def _counted(predicted: list[tuple[Flags, float]]) -> Predictions:
    held = np.concatenate([each for each, _ in predicted])
    return Predictions(len(held), int(held.sum()), float(np.median([width for _, width in predicted])))
