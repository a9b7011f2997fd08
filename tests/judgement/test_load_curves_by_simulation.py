"""Two builds in turns at three levels of load, on a simulated queue whose truth is known.

A turn begins with an empty queue. One resource does the work of all operations in the order of arrival, and
each request takes some time beside it that keeps nobody else waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mario_perf.judgement import load_curves, load_slope
from mario_perf.statistics.change import Change

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

pytestmark = pytest.mark.simulation

WORK = np.array([2.0, 3.0, 4.0, 6.0, 9.0]) / 1000
"""Seconds of the resource that each operation takes; all are equally frequent."""

BESIDE = 0.06
"""Seconds beside it."""

CAPACITY = 1 / WORK.mean()
LEVELS = (0.3, 0.6, 0.9)
TURN = 60
"""Journeys."""

TURNS = 6
"""Of a build in a round."""

PROCESSES = 0.01
"""Standard deviation by which processes of one build differ, of a logarithm."""

ALPHA = 0.01 * load_curves.PART
OPERATIONS = len(WORK)


@dataclass(frozen=True)
class Build:
    """By which factors its work and all its response times are those of the baseline."""

    work: float = 1.0
    response: float = 1.0


def typical(build: Build, share: float, rounds: int, random: np.random.Generator) -> Floats:
    """Logarithms of the mean response time by round and operation."""
    turns = rounds * TURNS
    gaps = random.exponential(1 / (share * CAPACITY), (turns, TURN))
    operations = random.integers(OPERATIONS, size=(turns, TURN))
    speed = np.repeat(random.lognormal(0.0, PROCESSES, rounds), TURNS)[:, None]
    work = WORK[operations] * build.work * speed * random.lognormal(0.0, 0.3, (turns, TURN))
    response, busy = np.empty((turns, TURN)), np.zeros(turns)
    for journey in range(TURN):
        busy = np.maximum(busy - gaps[:, journey], 0.0) + work[:, journey]
        response[:, journey] = (busy + BESIDE * speed[:, 0]) * build.response
    by_round = (rounds, TURNS * TURN)
    seen = [np.where(operations == each, response, np.nan).reshape(by_round) for each in range(OPERATIONS)]
    return np.asarray(np.log(np.stack([np.nanmean(each, axis=1) for each in seen], axis=1)))


def gates(number: int, candidate: Build, rounds: int = 6) -> list[load_curves.Shapes]:
    """What the curves of so many gates say."""
    random = np.random.default_rng(17)
    ratios = np.concatenate(
        [
            (
                typical(candidate, share, number * rounds, random)
                - typical(Build(), share, number * rounds, random)
            ).reshape(number, rounds, OPERATIONS)
            for share in LEVELS
        ],
        axis=1,
    )
    loads = np.repeat(np.array(LEVELS) * CAPACITY, rounds)
    noise, resolution = np.full(OPERATIONS, 0.05), np.full(OPERATIONS, 0.3)
    fits = (load_slope.fit(loads, each) for each in ratios)
    return [load_curves.shapes(fit, noise, resolution, ALPHA) for fit in fits]


def share_of(said: list[bool]) -> float:
    return sum(said) / len(said)


def test_curves_of_an_unchanged_build_are_red_at_most_as_often_as_promised() -> None:
    said = gates(500, Build())
    assert sum(bool((each.slower | each.grows).any()) for each in said) <= 500 * ALPHA


def test_a_line_without_any_noise_allowed_is_as_sure_as_it_says() -> None:
    """The margin of the noise hides a test that is too sure: without it, one in twenty may be red."""
    random = np.random.default_rng(3)
    loads, red = np.repeat([20.0, 40.0, 60.0], 5), 0
    spread = np.repeat([0.02, 0.05, 0.2], 5)[None, :, None]
    for ratios in random.normal(0.0, 1.0, (800, 15, OPERATIONS)) * spread:
        fit = load_slope.fit(loads, ratios)
        said = load_curves.shapes(fit, np.zeros(OPERATIONS), np.ones(OPERATIONS), 0.05)
        red += int(said.grows.any())
    assert red <= 0.07 * 800


def test_a_build_that_is_a_tenth_slower_at_each_level_is_called_slower() -> None:
    said = gates(100, Build(response=1.1), rounds=8)
    assert share_of([bool(each.slower.any()) for each in said]) >= 0.9
    assert share_of([bool(each.grows.any()) for each in said]) <= 0.02


def test_a_build_whose_capacity_is_smaller_is_said_to_saturate_earlier() -> None:
    said = gates(100, Build(work=1.3), rounds=8)
    assert share_of([bool(each.grows.any()) for each in said]) >= 0.9
    assert share_of([bool((each.grows & ~each.slower).any()) for each in said]) >= 0.9


def test_a_change_of_one_level_by_chance_has_no_shape() -> None:
    """Rounds that lie far apart at the highest level bound nothing, and are not red."""
    levels = np.array([20.0, 60.0])
    known = Change(np.array([[0.0], [0.4]]), np.array([[0.01], [0.5]]), np.full((2, 1), 5.0))
    unsure = Change(np.array([0.4]), np.array([0.5]), np.array([5.0]))
    fit = load_slope.LoadSlope(levels, known, unsure, unsure, unsure)
    said = load_curves.shapes(fit, np.array([0.05]), np.array([0.3]), ALPHA)
    assert not (said.slower | said.grows | said.bounded | said.steady).any()
