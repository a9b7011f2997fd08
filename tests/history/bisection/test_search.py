"""The search finds the commit, says how sure it is, and ends."""

from __future__ import annotations

import numpy as np
import pytest

from mario_perf.history.bisection.search import expected_duets, start
from tests.history.bisection.planted_histories import Played, line, merged, play

STEP = float(np.log(1.05))


def planted(count: int, commit: int, step: float = STEP) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    changes = np.zeros(count)
    changes[commit] = step
    return changes


def test_the_first_duet_compares_both_ends() -> None:
    choice = start(line(8).contains, 0.01).next()
    assert choice is not None
    assert (choice.earlier, choice.later) == (0, 8)


def test_the_second_duet_about_halves_the_commits() -> None:
    choice = start(line(64).contains, 0.01).with_link(0, 64, STEP, 0.01).next()
    assert choice is not None
    assert abs(choice.later - choice.earlier) == pytest.approx(32, abs=4)


def test_a_commit_that_made_an_operation_faster_is_found_too() -> None:
    played = play(line(16), planted(16, 5, -0.1), np.random.default_rng(1))
    assert played.search.known.commits.argmax() == 5
    assert played.search.known.step == pytest.approx(-0.1, abs=0.02)


def test_where_nothing_changed_the_answer_is_that_nothing_changed() -> None:
    played = play(line(16), np.zeros(16), np.random.default_rng(2))
    assert played.search.known.no_change > 0.8
    assert played.search.known.commits.max() < 0.1


def test_one_commit_is_decided_by_both_ends() -> None:
    played = play(line(1), planted(1, 0, 0.2), np.random.default_rng(3))
    assert (played.duets, played.search.known.commits[0] > 0.97) == (1, True)


def test_commits_that_do_not_start_are_skipped_and_stay_suspects() -> None:
    broken = frozenset({7, 8})
    played = play(line(16), planted(16, 7), np.random.default_rng(4), broken=broken)
    shares = played.search.known.commits
    assert shares[6:9].sum() > 0.9
    assert shares[6:9].max() < 0.6
    assert played.search.next() is None
    assert played.duets < 10


def test_a_commit_on_a_merged_branch_is_found() -> None:
    history = merged(branches=4, length=3)
    place = history.revisions.index("b2.1") - 1
    changes = planted(len(history.revisions) - 1, place, 0.1)
    played = play(history, changes, np.random.default_rng(5))
    assert played.search.known.commits.argmax() == place
    assert played.search.known.commits.max() > 0.95


def test_more_precise_duets_take_fewer() -> None:
    assert expected_duets(64, 0.005) <= expected_duets(64, 0.012) < expected_duets(64, 0.03)
    assert expected_duets(64, 0.005) == pytest.approx(8, abs=1)


def simulated(count: int, error: float = 0.01) -> list[tuple[int, Played]]:
    random, history = np.random.default_rng(19), line(64)
    commits = random.integers(64, size=count).tolist()
    return [(commit, play(history, planted(64, commit), random, error)) for commit in commits]


@pytest.mark.simulation
def test_five_percent_among_64_commits_is_found_in_ten_duets() -> None:
    histories = simulated(40)
    right = [played.search.known.commits.argmax() == commit for commit, played in histories]
    assert np.mean(right) >= 0.95
    assert max(played.duets for _, played in histories) <= 10
    assert np.mean([played.duets for _, played in histories]) < 8.5


@pytest.mark.simulation
def test_the_posterior_is_as_often_right_as_it_says() -> None:
    histories = simulated(40, error=0.018)
    claimed = np.array([played.search.known.commits.max() for _, played in histories])
    right = np.array([played.search.known.commits.argmax() == commit for commit, played in histories])
    error = float(np.sqrt((claimed * (1 - claimed)).sum())) / len(claimed)
    assert abs(right.mean() - claimed.mean()) < 3 * error
    assert claimed.mean() < 0.9
