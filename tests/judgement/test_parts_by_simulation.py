"""Gates of both parts with known truth; ``benchmarks/detection`` plays thousands of the same."""

import pytest

from benchmarks.detection.simulate import gate_of
from benchmarks.detection.worlds import LOADED, UNCHANGED

pytestmark = pytest.mark.simulation


@pytest.mark.parametrize("world", list(LOADED))
def test_an_unchanged_build_is_not_red_in_either_part(world: str) -> None:
    """At 1 % promised for both parts together, two false alarms in 20 gates have a chance of 2 %."""
    assert sum(bool(gate_of(world, UNCHANGED, seed).regressed) for seed in range(20)) <= 1


def test_what_waits_sixty_per_cent_longer_under_load_is_found_and_named() -> None:
    ended = [gate_of("two parts, calm", "waits 60 % longer under load", seed) for seed in range(12)]
    assert sum(each.regressed == ("Operation0",) for each in ended) >= 9


def test_what_waits_thirty_per_cent_longer_seldom_passes() -> None:
    """A pass promises that no rise of 30 % went by unseen: 4 of 12 have a chance below 0.1 %."""
    ended = [gate_of("two parts, calm", "waits 30 % longer under load", seed) for seed in range(12)]
    assert sum(not each.regressed and not each.undecided for each in ended) <= 3
