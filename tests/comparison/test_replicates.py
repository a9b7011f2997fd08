"""Rounds and blocks as arrays."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.detection.simulation import World, gate
from mario_perf.comparison.replicates import by_block
from mario_perf.configuration.policy import Policy
from mario_perf.judgement.duet_results import compare
from mario_perf.model import Measurement, RunMeasurement, Verdict

NAME = "Operation0"
SIMULATED = gate(World(rounds=1, operations=1), np.random.default_rng(1))[0][0]
LENGTH = 40.0  # seconds


def scraped(*edges: float) -> RunMeasurement:
    """A side that executed ten times, and failed once, between any two scrapes."""
    slices = len(edges) - 1
    counts = np.zeros((slices, len(SIMULATED.bounds) + 1), dtype=np.int64)
    counts[:, 40] = 10
    measured = Measurement(
        operation=SIMULATED.measurements[NAME].operation,
        duration=edges[-1] - edges[0],
        executions=11 * slices,
        failures={"exception": slices},
        time_spent=0.1 * slices,
        slices=counts,
        slice_sums=np.full(slices, 0.1),
        slice_failures=np.ones(slices, dtype=np.int64),
    )
    return replace(SIMULATED, slice_edges=np.array(edges), measurements={NAME: measured})


def every(seconds: float, first: float = 0.0) -> tuple[float, ...]:
    return tuple(np.arange(first, LENGTH + 1e-9, seconds))


def test_a_run_is_cut_into_blocks_of_five_seconds() -> None:
    baseline, candidate = by_block((scraped(*every(1)), scraped(*every(1, 0.01), LENGTH + 0.01)), [NAME])
    assert baseline.durations == pytest.approx(np.full(8, 5.0))
    assert (candidate.counts.sum(axis=(1, 2)) == 50).all()


def test_where_one_side_was_not_scraped_both_blocks_are_longer() -> None:
    frozen = [edge for edge in every(1) if not 11 < edge < 29]
    baseline, candidate = by_block((scraped(*every(1)), scraped(*frozen)), [NAME])
    assert baseline.durations == pytest.approx([5, 5, 20, 5, 5])
    assert candidate.durations == pytest.approx([5, 5, 20, 5, 5])


def test_sides_that_were_never_scraped_together_are_one_block_each() -> None:
    baseline, candidate = by_block((scraped(0, 15, 30), scraped(7, 22, 37)), [NAME])
    assert len(baseline.durations) == len(candidate.durations) == 1


def test_a_round_in_which_one_side_was_not_scraped_for_long_is_still_judged() -> None:
    """By the command line, a single duet is such a round."""
    frozen = [edge for edge in every(1) if not 11 < edge < 29]
    (result,) = compare([(scraped(*every(1)), scraped(*frozen))], Policy(), 0.01)
    assert result.verdict in {Verdict.INCONCLUSIVE, Verdict.UNCHANGED}


@given(st.lists(st.floats(0, LENGTH), min_size=2, max_size=30, unique=True), st.sampled_from([1, 3, 5, 15]))
def test_both_sides_have_the_same_blocks_and_nothing_is_lost(moments: list[float], seconds: float) -> None:
    edges = sorted(moments)
    baseline, candidate = by_block((scraped(*every(seconds)), scraped(*edges)), [NAME])
    assert baseline.counts.shape == candidate.counts.shape
    assert candidate.counts.sum() == 10 * (len(edges) - 1)
    assert candidate.failed.sum() == len(edges) - 1
    assert candidate.durations.sum() == pytest.approx(edges[-1] - edges[0])
    assert (candidate.durations > 0).all()
