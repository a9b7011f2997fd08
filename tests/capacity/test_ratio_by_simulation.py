"""How often comparisons of two builds' capacities are wrong, and how often they see; the table has more."""

from __future__ import annotations

import pytest
import scipy

from benchmarks.capacity.machine import FALSE_ALARMS, MACHINES, Answer, Machine, compare
from mario_perf.model import Verdict

pytestmark = pytest.mark.simulation

CALM, MODERATE, _ = MACHINES
TRIALS = 20


def answers(machine: Machine, change: float) -> list[Answer]:
    return [compare(machine, change, 10_000 + seed) for seed in range(TRIALS)]


def likely(wrong: int) -> bool:
    """Whether so many errors are no more than chance makes of the promise."""
    return bool(scipy.stats.binom.sf(wrong - 1, TRIALS, FALSE_ALARMS) > 0.001)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda each: each.name)
@pytest.mark.parametrize("change", [0.0, -0.03])
def test_what_lost_no_more_than_the_noise_is_hardly_ever_called_regressed(
    machine: Machine, change: float
) -> None:
    said = answers(machine, change)
    assert likely(sum(each.verdict is Verdict.REGRESSED for each in said))
    assert likely(sum(not each.covered for each in said))


@pytest.mark.parametrize("machine", [CALM, MODERATE], ids=lambda each: each.name)
def test_a_tenth_less_is_found_within_five_minutes(machine: Machine) -> None:
    said = answers(machine, -0.1)
    assert sum(each.verdict is Verdict.REGRESSED for each in said) >= 0.8 * TRIALS
    assert likely(sum(each.verdict is Verdict.UNCHANGED for each in said))


@pytest.mark.parametrize("machine", [CALM, MODERATE], ids=lambda each: each.name)
def test_a_build_that_lost_nothing_passes_within_five_minutes(machine: Machine) -> None:
    said = answers(machine, 0.0)
    assert sum(each.verdict is not Verdict.INCONCLUSIVE for each in said) >= 0.9 * TRIALS
