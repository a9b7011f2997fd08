"""Executions counted above a bound."""

import numpy as np

from mario_perf.comparison.replicates import Replicates
from mario_perf.comparison.slow_executions import count_slow

BOUNDS = np.array([0.001, 0.01, 0.1, 1.0])


def side(*counts: tuple[int, ...]) -> Replicates:
    """One operation; a row of bucket counts for each replicate."""
    shape = np.array(counts)[:, None, :]
    nothing = np.zeros((len(counts), 1))
    return Replicates(BOUNDS, shape, nothing, nothing.astype(int), shape.sum(axis=-1), np.ones(len(counts)))


def test_the_bound_is_the_lowest_that_one_in_a_hundred_lie_above() -> None:
    many = side((900, 95, 5, 0, 0))
    slow = count_slow(many, side((900, 90, 8, 2, 0)))
    assert slow.bounds[0] == 0.01
    assert (slow.baseline.hits.item(), slow.candidate.hits.item()) == (5, 10)
    assert slow.baseline.total.item() == 1000


def test_a_few_much_slower_executions_on_one_side_are_those_counted() -> None:
    """Two in a hundred of the candidate's, so one in a hundred of all."""
    slow = count_slow(side((1000, 0, 0, 0, 0)), side((980, 0, 0, 20, 0)))
    assert (slow.baseline.share[0], slow.candidate.share[0]) == (0.0, 0.02)


def test_where_too_many_lie_above_every_bound_the_last_one_is_taken() -> None:
    much = side((0, 0, 0, 0, 100))
    assert count_slow(much, much).bounds[0] == 1.0
    assert count_slow(much, much).baseline.share[0] == 1.0


def test_every_operation_has_a_bound_even_if_it_was_never_executed() -> None:
    never = side((0, 0, 0, 0, 0))
    assert count_slow(never, never).bounds[0] in BOUNDS
    assert np.isnan(count_slow(never, never).baseline.share[0])
