"""Change points: steps are found where they are, and what looks like one is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.trend import labelled
from benchmarks.trend.scoring import f1_score
from mario_perf.history.change_points.segmentation import Rule, change_points


def noise(n: int, seed: int = 3, sigma: float = 0.02) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return 100 * np.exp(sigma * np.random.default_rng(seed).normal(size=n))


def test_a_step_is_found_with_its_size_and_interval() -> None:
    values = noise(200)
    values[120:] *= 1.1
    (point,) = change_points(values)
    assert abs(point.index - 120) <= 1
    assert point.low < np.log(1.1) < point.high
    assert point.high - point.low < 0.03
    assert point.after > point.before
    assert point.chance < 1e-6


def test_a_step_up_and_back_down_gives_two_points() -> None:
    values = noise(300)
    values[100:160] *= 1.2
    assert [point.index for point in change_points(values)] == pytest.approx([100, 160], abs=1)


def test_spikes_are_no_change_points() -> None:
    values = noise(200)
    values[[20, 21, 80, 81, 82, 150]] *= 3
    assert change_points(values) == ()


def test_two_modes_in_random_order_are_no_change_points() -> None:
    values = noise(300) * np.where(np.random.default_rng(5).random(300) < 0.3, 1.4, 1.0)
    assert change_points(values) == ()


def test_a_step_lies_between_builds_only() -> None:
    values = noise(60)
    values[28:] *= 1.2
    groups = [index // 10 for index in range(60)]
    assert [point.index for point in change_points(values, groups=groups)] == [30]


def test_a_break_ends_a_level_and_is_not_reported() -> None:
    values = noise(200)
    values[100:] *= 1.5
    assert change_points(values, breaks=[100]) == ()


def test_reported_points_stay_whatever_comes_later() -> None:
    values = noise(200)
    values[150:] *= 1.2
    assert [point.index for point in change_points(values, reported=[40])] == pytest.approx([40, 150], abs=1)


def test_before_the_last_reported_point_nothing_new_is_sought() -> None:
    values = noise(300)
    values[100:] *= 1.2
    values[200:] *= 1.2
    assert [point.index for point in change_points(values, reported=[200])] == [200]


def test_a_point_of_one_machine_hides_none_of_another() -> None:
    values = noise(300)
    values[50:150] *= 1.2
    values[150:] *= 3
    values[250:] *= 1.2
    points = change_points(values, breaks=[150], reported=[250])
    assert [point.index for point in points] == pytest.approx([50, 250], abs=1)


def test_a_change_too_small_to_matter_is_none() -> None:
    values = noise(200, sigma=0.001)
    values[100:] *= 1.005
    assert change_points(values) == ()
    assert len(change_points(values, rule=Rule(least_change=0.002))) == 1


def test_values_that_are_not_all_positive_are_compared_by_differences() -> None:
    values = np.random.default_rng(1).normal(size=120)
    values[60:] += 10
    (point,) = change_points(values)
    assert point.change == pytest.approx(10, abs=1)


def test_the_interval_of_the_first_values_after_a_step_is_wide() -> None:
    values = noise(112)
    values[100:] *= 1.5
    (early,) = change_points(values)
    values = noise(300)
    values[100:] *= 1.5
    (late,) = change_points(values)
    assert early.high - early.low > late.high - late.low


@pytest.mark.parametrize("values", [[], [1.0], [5.0] * 50])
def test_short_and_constant_series_have_none(values: list[float]) -> None:
    assert change_points(np.array(values)) == ()


def test_a_series_with_holes_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        change_points(np.array([1.0, np.nan]))


@given(
    st.lists(st.floats(0.01, 100), min_size=0, max_size=60),
    st.floats(0.001, 1000),
)
def test_the_unit_of_values_changes_no_index(values: list[float], unit: float) -> None:
    rule = Rule(least_change=0)
    before = [point.index for point in change_points(np.array(values), rule=rule)]
    after = [point.index for point in change_points(np.array(values) * unit, rule=rule)]
    assert after == before


@pytest.mark.simulation
def test_simulated_series_score_as_the_benchmark_says() -> None:
    series = labelled.simulated(60, seed=23)
    found = [tuple(point.index for point in change_points(each.values)) for each in series]
    scores = [f1_score(each.labels, indices) for each, indices in zip(series, found, strict=True)]
    quiet = [bool(indices) for each, indices in zip(series, found, strict=True) if not each.labels]
    assert np.mean(scores) > 0.9
    assert sum(quiet) <= 3, len(quiet)


@pytest.mark.simulation
def test_white_noise_keeps_the_false_alarm_rate() -> None:
    rule = Rule(false_alarm_rate=0.05, separation=0.5, least_change=0)
    alarms = sum(bool(change_points(noise(150, seed), rule=rule)) for seed in range(100))
    assert alarms <= 11
