"""Executions counted above a bound."""

import numpy as np

from analysis.statistics import slow
from analysis.statistics.replicates import Replicates

BOUNDS = np.array([0.001, 0.01, 0.1, 1.0])


def side(*counts: tuple[int, ...]) -> Replicates:
    """One operation; a row of bucket counts for each replicate."""
    shape = np.array(counts)[:, None, :]
    nothing = np.zeros((len(counts), 1))
    return Replicates(BOUNDS, shape, nothing, nothing.astype(int), np.ones(len(counts)))


def test_the_bound_is_the_lowest_that_one_in_a_hundred_lie_above() -> None:
    many = side((900, 95, 5, 0, 0))
    assert slow.bounds(many, many)[0] == 0.01
    baseline, candidate = slow.counted(many, side((900, 90, 8, 2, 0)))
    assert (baseline.hits.item(), candidate.hits.item()) == (5, 10)
    assert baseline.total.item() == 1000


def test_a_few_much_slower_executions_on_one_side_are_those_counted() -> None:
    """Two in a hundred of the candidate's, so one in a hundred of all."""
    baseline, candidate = slow.counted(side((1000, 0, 0, 0, 0)), side((980, 0, 0, 20, 0)))
    assert (baseline.share[0], candidate.share[0]) == (0.0, 0.02)


def test_where_too_many_lie_above_every_bound_the_last_one_is_taken() -> None:
    much = side((0, 0, 0, 0, 100))
    assert slow.bounds(much, much)[0] == 1.0
    assert slow.counted(much, much)[0].share[0] == 1.0


def test_every_operation_has_a_bound_even_if_it_was_never_executed() -> None:
    never = side((0, 0, 0, 0, 0))
    assert slow.bounds(never, never)[0] in BOUNDS
    assert np.isnan(slow.counted(never, never)[0].share[0])
