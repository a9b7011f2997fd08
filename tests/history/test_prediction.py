"""Ranges of next values: how often they hold them, and how wide they are."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.forecast.coverage import simulated
from mario_perf.durations import DAY
from mario_perf.history.operation_series import OperationSeries
from mario_perf.history.outlook import outlook
from mario_perf.history.prediction import LEAST, prediction
from mario_perf.history.trends import Trend
from mario_perf.reports.trends import trend_phrases

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
TIMES = np.asarray(1.7e9 + DAY / 4 * np.arange(400), dtype=np.float64)


def noise(count: int, seed: int = 1) -> Floats:
    return np.asarray(0.01 * np.random.default_rng(seed).normal(size=count))


def next_range(values: Floats) -> tuple[float, float]:
    n = len(values)
    ends = prediction(TIMES[:n], values, TIMES[n : n + 1])
    assert ends is not None
    return float(ends[0][0]), float(ends[1][0])


def test_a_range_is_as_wide_as_the_noise() -> None:
    low, high = next_range(noise(399))
    assert high - low == pytest.approx(2 * 1.645 * 0.01, rel=0.2)


def test_a_long_tail_widens_one_end_alone() -> None:
    low, high = next_range(np.random.default_rng(2).exponential(size=399))
    assert low > -0.1
    assert high == pytest.approx(3, abs=0.7)


def test_a_range_follows_a_level_that_wanders() -> None:
    values = np.cumsum(noise(399, seed=3))
    low, high = next_range(values)
    assert low < values[-1] < high
    assert high - low < np.ptp(values) / 2


def test_a_season_moves_the_range() -> None:
    wave = 0.1 * np.sin(2 * np.pi * TIMES / DAY / 7)
    values = wave[:301] + noise(301)
    ends = prediction(TIMES[:301], values, TIMES[301:329])
    assert ends is not None
    assert np.mean((ends[0] <= wave[301:329]) & (wave[301:329] <= ends[1])) > 0.9
    assert (ends[1] - ends[0]).max() < 0.08


def test_too_few_values_give_no_range() -> None:
    fewest = next(n for n in range(100) if n - n // 3 >= LEAST)
    assert prediction(TIMES[: fewest - 1], noise(fewest - 1), TIMES[fewest - 1 : fewest]) is None
    assert all(np.isfinite(next_range(noise(fewest))))


def test_a_reader_is_told_the_range_in_the_unit_of_the_values() -> None:
    names = tuple(f"r{number}" for number in range(200))
    values = 0.01 * np.exp(noise(200))
    series = OperationSeries("mario", "Menu", "p95", TIMES[:200], names, ("ci",) * 200, values)
    trend = Trend(series, (), outlook=outlook(Trend(series, ()), None, float(TIMES[200])))
    assert "; next value 9.8" in trend_phrases.outlook(trend)
    assert trend_phrases.outlook(trend).endswith(" ms")


@pytest.mark.simulation
@pytest.mark.parametrize("dependence", [0.0, 0.6])
def test_ranges_hold_next_values_as_often_as_they_say(dependence: float) -> None:
    found = simulated(120, dependence).predictions
    assert 0.86 <= found.held / found.count <= 0.94
    assert found.width < 1.3
