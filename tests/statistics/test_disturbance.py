"""What moves all operations of a round alike."""

import numpy as np
import pytest

from mario_perf.comparison.checks import OVERALL_LEVEL
from mario_perf.statistics.change import paired
from mario_perf.statistics.disturbance import averages_out, levels, shared

RNG = np.random.default_rng(11)
OWN = RNG.normal(0, 0.02, (12, 10))
TOGETHER = RNG.normal(0, 0.06, (12, 1))
TOGETHER -= TOGETHER.mean()


def change_of(differences: np.ndarray, operation: int = 0) -> tuple[float, float]:
    change = paired(np.zeros_like(differences), differences, np.ones(differences.shape[1])).specific
    return float(change.value[operation]), float(change.standard_error[operation])


def test_what_averages_out_over_the_rounds_is_taken_out() -> None:
    common = shared(OWN + TOGETHER)
    assert common is not None
    assert averages_out(common)
    assert common == pytest.approx(TOGETHER[:, 0], abs=0.03)
    assert change_of(OWN + TOGETHER)[1] < 1.5 * change_of(OWN)[1]


def test_what_stays_is_the_builds_doing() -> None:
    slower = OWN + 0.1
    common = shared(slower)
    assert common is not None
    assert not averages_out(common)
    assert change_of(slower)[0] == pytest.approx(0.1, abs=0.02)


def test_what_could_be_as_large_as_a_change_worth_finding_stays() -> None:
    """With so wild a common part nobody can say that it comes to nothing."""
    common = shared(OWN + 5 * TOGETHER)
    assert common is not None
    assert not averages_out(common)


def test_one_changed_operation_does_not_move_what_is_taken_out() -> None:
    slower = OWN + TOGETHER
    slower[:, 0] += 0.5
    assert shared(slower) == pytest.approx(shared(OWN + TOGETHER), abs=0.01)


@pytest.mark.parametrize(("shape", "enough"), [((2, 10), False), ((12, 4), False), ((4, 5), True)])
def test_few_rounds_or_operations_tell_nothing(shape: tuple[int, int], enough: bool) -> None:  # noqa: FBT001
    together = np.tile([0.001, -0.001], shape[0] // 2)
    found = shared(np.repeat(together[:, None], shape[1], axis=1))
    assert found == pytest.approx(together) if enough else found is None


def test_an_operation_that_stayed_behind_has_not_become_slower() -> None:
    """All others became a little faster, which is too little to be seen as more than a disturbance."""
    differences = OWN - OWN.mean(axis=0) + TOGETHER / 2 - 0.015
    differences[:, 0] += 0.015
    change = paired(np.zeros_like(differences), differences, np.ones(10))
    assert change.specific.above(np.zeros(10))[0] < OVERALL_LEVEL
    assert change.overall.above(np.zeros(10))[0] > OVERALL_LEVEL


@pytest.mark.simulation
def test_the_interval_covers_as_often_as_it_says_with_a_common_part() -> None:
    rng = np.random.default_rng(5)
    covered = []
    for _ in range(300):
        differences = rng.normal(0, 0.03, (8, 12)) + rng.normal(0, 0.03, (8, 1))
        differences[:, 0] += 0.1
        low, high = paired(np.zeros((8, 12)), differences, np.ones(12)).overall.interval(0.95)
        truth = np.append(0.1, np.zeros(11))
        covered.append(((low <= truth) & (truth <= high)).mean())
    assert abs(np.mean(covered) - 0.95) <= 0.02


@pytest.mark.simulation
@pytest.mark.parametrize("shift", [0.0, 0.015, 0.04])
def test_the_interval_covers_what_a_build_that_is_slower_as_a_whole_changed(shift: float) -> None:
    """A small shift of all may pass for a disturbance and be taken out of what is apart: not of the whole."""
    rng = np.random.default_rng(8)
    covered = []
    for _ in range(300):
        differences = shift + rng.normal(0, 0.026, (12, 12)) + rng.normal(0, 0.02, (12, 1))
        low, high = paired(np.zeros((12, 12)), differences, np.ones(12)).overall.interval(0.95)
        covered.append(((low <= shift) & (shift <= high)).mean())
    assert abs(np.mean(covered) - 0.95) <= 0.02


def test_a_changed_operation_leaves_the_others_unmoved() -> None:
    """Over many rounds even a small pull on the median of each would be as large as the error."""
    rng = np.random.default_rng(7)
    differences = rng.normal(0, 0.02, (400, 12))
    differences[:, 0] += 0.1
    change = paired(np.zeros_like(differences), differences, np.ones(12)).specific
    assert change.value[0] == pytest.approx(0.1, abs=0.002)
    assert np.median(change.value[1:]) == pytest.approx(0.0, abs=0.0007)


def test_the_level_of_a_run_is_what_its_operations_share() -> None:
    logs = np.arange(10) + OWN + TOGETHER
    logs[3:, 0] += 1.0
    assert levels(logs) == pytest.approx(TOGETHER[:, 0], abs=0.03)
    logs[1:, 1] = np.nan
    assert levels(logs) == pytest.approx(TOGETHER[:, 0], abs=0.03)


def test_four_operations_have_no_level() -> None:
    assert levels((OWN + TOGETHER)[:, :4]).tolist() == [0.0] * 12
