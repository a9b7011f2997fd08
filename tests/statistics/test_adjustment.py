"""What a reference takes out of separate runs, and what it must leave."""

import numpy as np
import pytest

from mario_perf.statistics import adjustment
from mario_perf.statistics.adjustment import ReferenceLogs, adjusted, whole_change
from mario_perf.statistics.change import unpaired

KEPT, NOW, OPERATIONS, KINDS = 5, 2, 12, 6
SCALE = np.ones(OPERATIONS)


def days(
    seed: int, *, noise: float = 0.01, slopes: float = 0.06
) -> tuple[np.ndarray, np.ndarray, ReferenceLogs]:
    """Runs of days 20 % apart, on which kinds of work differ by 5 % more; each operation mixes the kinds."""
    draw = np.random.default_rng(seed)
    kinds = draw.normal(0, 0.2, (KEPT + NOW, 1)) + draw.normal(0, 0.05, (KEPT + NOW, KINDS))
    mix = 1 / KINDS + draw.normal(0, slopes, (KINDS, OPERATIONS))
    logs = kinds @ mix + draw.normal(0, noise, (KEPT + NOW, OPERATIONS)) - 6
    beside = kinds + draw.normal(0, noise, kinds.shape)
    return logs[:KEPT], logs[KEPT:], ReferenceLogs(beside[:KEPT], beside[KEPT:])


def test_most_of_the_noise_of_days_is_gone() -> None:
    kept, now, reference = days(1)
    raw, rest = unpaired(kept, now, SCALE), adjusted(kept, now, SCALE, reference).overall
    assert np.median(rest.standard_error) < np.median(raw.standard_error) / 4
    before, after = adjustment.spreads(kept, reference)
    assert after < before / 3


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    covered = []
    for seed in range(150):
        kept, now, reference = days(seed)
        low, high = adjusted(kept, now, SCALE, reference).overall.interval(0.9)
        covered.append((low < 0) & (high > 0))
    assert 0.86 < np.mean(covered) <= 1.0


def test_what_slows_everything_alike_is_the_builds_doing() -> None:
    kept, now, reference = days(2)
    changes = adjusted(kept, now + 0.1, SCALE, reference)
    whole = whole_change(kept, now + 0.1, reference)
    assert whole is not None
    assert whole.value == pytest.approx(0.1, abs=0.04)
    assert np.median(changes.overall.value) == pytest.approx(0.1, abs=0.04)
    assert np.median(changes.specific.value) == pytest.approx(0.0, abs=0.01)


def test_of_one_run_a_side_nothing_is_known() -> None:
    kept, now, reference = days(3)
    one = ReferenceLogs(reference.baseline[:1], reference.candidate[:1])
    changes, whole = adjusted(kept[:1], now[:1], SCALE, one), whole_change(kept[:1], now[:1], one)
    assert whole is not None
    assert np.isinf([*changes.overall.interval(0.95)[1], *whole.interval(0.95)[1]]).all()


def test_days_that_differ_little_leave_the_slopes_unknown_on_a_day_far_away() -> None:
    kept, now, reference = days(4)
    close = ReferenceLogs(reference.baseline * 0.05, reference.candidate * 0.05)
    far = ReferenceLogs(close.baseline, close.candidate + 0.5)
    near_error, far_error = (
        adjusted(kept * 0.05, now * 0.05, SCALE, each).overall.standard_error.mean() for each in (close, far)
    )
    assert far_error > 1.5 * near_error


def test_an_operation_that_one_run_lacks_is_judged_by_the_others() -> None:
    kept, now, reference = days(5)
    whole = adjusted(kept, now, SCALE, reference).overall
    kept[0, 0] = np.nan
    part = adjusted(kept, now, SCALE, reference).overall
    assert np.isfinite(part.standard_error).all()
    assert part.value == pytest.approx(whole.value, abs=0.03)
    kept[:, 0] = np.nan
    assert np.isnan(adjusted(kept, now, SCALE, reference).overall.value[0])


def test_few_operations_are_adjusted_each_for_itself() -> None:
    kept, now, reference = days(6)
    changes = adjusted(kept[:, :3], now[:, :3] + 0.1, SCALE[:3], reference)
    assert changes.overall.value == pytest.approx(0.1, abs=0.05)
    assert whole_change(kept[:, :3], now[:, :3], reference) is None
