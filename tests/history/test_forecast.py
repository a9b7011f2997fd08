"""Forecasts: what they say, and how often their intervals hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.forecast.coverage import simulated
from mario_perf.durations import DAY
from mario_perf.history.forecast import crossing, forecast
from mario_perf.history.operation_series import OperationSeries
from mario_perf.history.outlook import outlook
from mario_perf.history.trends import trends

NOW = 1.7e9


def days(count: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(NOW - DAY * np.arange(count, 0, -1.0))


def noise(count: int, seed: int = 1) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(0.01 * np.random.default_rng(seed).normal(size=count))


def test_a_slope_is_found_whatever_single_values_do() -> None:
    values = 0.002 * np.arange(100) + noise(100)
    values[[20, 60]] += 1.0
    fit = forecast(days(100), values)
    assert fit is not None
    assert fit.slope(0.5) * DAY == pytest.approx(0.002, rel=0.05)


def test_the_date_of_a_crossing_has_an_interval_around_the_truth() -> None:
    fit = forecast(days(100), 0.002 * np.arange(100) + noise(100))
    assert fit is not None
    found = crossing(fit, 0.3, NOW)
    assert found is not None
    assert found[0] <= NOW + 50 * DAY <= found[2]
    assert found[2] - found[0] < 20 * DAY


def test_a_level_that_does_not_rise_crosses_nothing() -> None:
    for slope in (0.0, -0.002):
        fit = forecast(days(100), slope * np.arange(100) + noise(100))
        assert fit is not None
        assert crossing(fit, 1.0, NOW) is None


def test_a_season_is_no_trend() -> None:
    times = np.asarray(NOW + DAY / 4 * np.arange(160), dtype=np.float64)
    wave = 0.1 * np.sin(2 * np.pi * times / DAY / 7)
    fit = forecast(times[:130], wave[:130] + noise(130))
    assert fit is not None
    assert fit.periods == (7 * DAY,)
    assert fit.slope(0.05) < 0 < fit.slope(0.95)
    assert np.abs(fit.season(times[130:]) - wave[130:]).max() < 0.03


@pytest.mark.parametrize("values", [np.zeros(50), np.arange(5.0)])
def test_too_few_or_equal_values_give_none(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    assert forecast(days(len(values)), values) is None


def test_the_outlook_begins_after_the_last_shift() -> None:
    values = np.exp(np.where(np.arange(120) < 60, 0.0, 0.5) + noise(120))
    names = tuple(f"r{number}" for number in range(120))
    series = OperationSeries("mario", "Menu", "p95", days(120), names, ("ci",) * 120, values)
    (trend,) = trends([series])
    assert len(trend.shifts) == 1
    result = outlook(trend, 5.0, NOW)
    assert result is not None
    assert not result.has_trend
    assert result.crossing is None


@pytest.mark.simulation
@pytest.mark.parametrize("dependence", [0.0, 0.6])
def test_intervals_hold_the_truth_as_often_as_they_say(dependence: float) -> None:
    coverage = simulated(60, dependence)
    assert coverage.slopes / coverage.count >= 0.8
    assert 0.8 <= coverage.lines / coverage.count <= 0.99
    assert coverage.plain_slopes <= coverage.slopes
