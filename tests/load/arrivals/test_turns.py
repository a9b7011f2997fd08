"""Two builds take turns so that neither is later than the other."""

from random import Random

import pytest

from mario_perf.load.arrivals.turns import number_of_turns, order


@pytest.mark.parametrize(("window", "turns"), [(4.8, 8), (5.0, 8), (0.1, 4), (12.0, 20)])
def test_turns_fill_the_window_in_whole_blocks(window: float, turns: int) -> None:
    assert number_of_turns(window, 0.6) == turns


@pytest.mark.parametrize("seed", range(20))
def test_a_steady_drift_is_the_same_for_both_sides(seed: int) -> None:
    sides = list(order(Random(seed), 12))
    moments = {side: [at for at, each in enumerate(sides) if each == side] for side in (0, 1)}
    assert len(sides) == 12
    assert sum(moments[0]) == sum(moments[1])


def test_which_side_comes_first_is_drawn() -> None:
    firsts = {next(order(Random(seed), 4)) for seed in range(20)}
    assert firsts == {0, 1}
