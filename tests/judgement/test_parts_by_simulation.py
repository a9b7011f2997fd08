"""Gates of both parts with known truth; ``benchmarks/detection`` plays thousands of the same."""

import pytest

from benchmarks.detection.simulate import gate_of
from benchmarks.detection.worlds import LOADED, UNCHANGED

pytestmark = pytest.mark.simulation

CALM = "two parts, calm"


@pytest.mark.parametrize("world", list(LOADED))
def test_an_unchanged_build_is_not_red_in_either_part(world: str) -> None:
    """At 1 % promised for both parts together, two false alarms in 20 gates have a chance of 2 %."""
    assert sum(bool(gate_of(world, UNCHANGED, seed).regressed) for seed in range(20)) <= 1


@pytest.mark.parametrize(
    ("change", "least"), [("lock of 15 ms", 9), ("lock of 10 ms", 4), ("pool of 2, 30 ms", 6)]
)
def test_a_wait_that_shows_in_the_tail_is_found_and_named(change: str, least: int) -> None:
    ended = [gate_of(CALM, change, seed) for seed in range(12)]
    assert sum(each.regressed == ("Operation0",) for each in ended) >= least


def test_what_holds_the_processor_is_found() -> None:
    """It makes all others wait, so it is not named alone."""
    ended = [gate_of(CALM, "spin of 1 ms under load", seed) for seed in range(12)]
    assert sum("Operation0" in each.regressed for each in ended) >= 7


@pytest.mark.parametrize("change", ["lock of 10 ms", "lock of 15 ms"])
def test_a_lock_seldom_passes(change: str) -> None:
    ended = [gate_of(CALM, change, seed) for seed in range(12)]
    assert sum(not each.regressed and not each.undecided for each in ended) <= 1
