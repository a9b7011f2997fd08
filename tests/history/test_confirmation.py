"""Duets confirm what the code did, and withdraw what the machine did."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from mario_perf.history.alerts import AlertState
from mario_perf.history.change_points.segmentation import change_points
from mario_perf.history.confirmation import confirm, probability


@dataclass
class Duets:
    """Duets of revisions whose true levels are known."""

    levels: np.ndarray[tuple[int], np.dtype[np.float64]]
    random: np.random.Generator
    error: float = 0.012
    played: list[tuple[int, int]] = field(default_factory=list)

    def __call__(self, earlier: int, later: int) -> tuple[float, float]:
        self.played.append((earlier, later))
        noise = self.error * self.random.normal()
        return float(self.levels[later] - self.levels[earlier] + noise), self.error


def test_a_change_of_the_code_is_confirmed_between_the_nearest_revisions() -> None:
    duets = Duets(np.array([0.0, 0.1]), np.random.default_rng(1))
    answer = confirm(0.1, 0.01, [(0, 1)], duets)
    assert (answer.state, answer.pair) == (AlertState.CONFIRMED, (0, 1))
    assert len(duets.played) == 1


def test_a_change_of_the_machine_is_withdrawn() -> None:
    duets = Duets(np.zeros(4), np.random.default_rng(2))
    assert confirm(0.1, 0.01, [(1, 2), (0, 3)], duets).state is AlertState.WITHDRAWN
    assert set(duets.played) == {(1, 2), (0, 3)}


def test_a_change_that_lies_a_revision_off_is_confirmed_by_the_wider_pair() -> None:
    duets = Duets(np.array([0.0, 0.1, 0.1, 0.1]), np.random.default_rng(3))
    answer = confirm(0.1, 0.01, [(1, 2), (0, 3)], duets)
    assert (answer.state, answer.pair) == (AlertState.CONFIRMED, (0, 3))


def test_duets_too_noisy_to_say_anything_leave_it_open() -> None:
    duets = Duets(np.array([0.0, 0.02]), np.random.default_rng(4), error=0.1)
    assert confirm(0.02, 0.01, [(0, 1)], duets).state is AlertState.OPEN
    assert confirm(0.1, 0.01, [(0, 1)], lambda *_: None).state is AlertState.OPEN


def test_a_change_in_the_other_direction_confirms_nothing() -> None:
    assert probability(0.1, 0.01, -0.1, 0.01) < 0.5


@pytest.mark.simulation
def test_confirmed_points_are_true() -> None:
    """Half of the histories have a step of the code, half one of the machine alone; all are quite noisy."""
    random = np.random.default_rng(6)
    confirmed, true, missed, steps = 0, 0, 0, 0
    for number in range(120):
        code, place = number % 2 == 0, int(random.integers(20, 40))
        step = random.uniform(0.04, 0.12) * random.choice([-1, 1])
        levels = 0.003 * random.normal(size=60)
        levels[place:] += step * code
        history = levels + 0.02 * random.normal(size=60)
        history[place:] += step * (not code)
        for point in change_points(np.exp(history)):
            pairs = [(point.index - 1, point.index), (point.index - 4, point.index + 3)]
            error = (point.high - point.low) / 3.92
            answer = confirm(point.change, error, pairs, Duets(levels, random))
            is_confirmed = answer.state is AlertState.CONFIRMED
            confirmed += is_confirmed
            true += is_confirmed and code and answer.pair[0] < place <= answer.pair[1]
            steps += code
            missed += code and answer.state is AlertState.WITHDRAWN
    assert confirmed > 30
    assert true >= 0.98 * confirmed
    assert missed <= 0.05 * steps
