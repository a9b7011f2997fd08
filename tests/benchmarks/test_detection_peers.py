"""Rules of others, on histograms that have a known answer."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.detection import peers
from tests.benchmarks.detection_gates import FAST, SLOW, gate

NAMED = {"GetMenuQuery"}
BETWEEN = {0: 94, 1: 6}
"""Its p95 lies a sixth into the second bucket: 1.17 ms, 23 % above that of ``FAST``."""


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([100, 0, 0], 0.95),
        ([50, 50, 0], 1.9),
        ([94, 6, 0], 1 + 1 / 6),
        ([0, 0, 100], 2.0),
    ],
)
def test_a_quantile_is_linear_inside_its_bucket_and_never_above_the_last_bound(
    counts: list[int], expected: float
) -> None:
    found = peers.histogram_quantile(0.95, np.array(counts), np.array([1.0, 2.0]))
    assert found == pytest.approx(expected)


def test_one_stored_run_is_the_last_gates_baseline() -> None:
    before = [gate(baseline=(SLOW,)), gate(baseline=(FAST,), candidate=(SLOW,))]
    assert peers.against_one_stored_run(gate(candidate=(BETWEEN,)), before) == NAMED
    assert peers.against_one_stored_run(gate(candidate=(FAST,)), before) == set()


def test_a_tenth_more_is_allowed() -> None:
    """A tenth above 0.95 ms is 1.045 ms."""
    at_1044 = {0: 9477, 1: 523}
    at_1046 = {0: 9476, 1: 524}
    assert peers.against_one_stored_run(gate(candidate=(at_1044,)), [gate()]) == set()
    assert peers.against_one_stored_run(gate(candidate=(at_1046,)), [gate()]) == NAMED


def test_the_mean_of_three_is_of_the_last_three() -> None:
    """FAST, FAST and SLOW: 1.28 ms, and a tenth more 1.41."""
    before = [gate(baseline=(each,)) for each in (SLOW, SLOW, FAST, FAST, SLOW)]
    assert peers.against_the_mean_of_three(gate(candidate=(BETWEEN,)), before) == set()
    assert peers.against_the_mean_of_three(gate(candidate=(SLOW,)), before) == NAMED


def test_rounds_are_added_up_before_a_quantile_is_taken() -> None:
    """In one round of two all are slow: so are a half of all, and the p95 with them."""
    both = gate(baseline=(FAST, FAST), candidate=(FAST, SLOW))
    assert peers.against_one_stored_run(both, [both]) == NAMED


def test_mann_whitney_wants_the_points_of_one_side_above_the_others() -> None:
    stored = [gate(baseline=(FAST,) * 5, candidate=(FAST,) * 5)]
    slower = gate(baseline=(FAST,) * 5, candidate=(SLOW,) * 5)
    faster_now = gate(baseline=(SLOW,) * 5, candidate=(FAST,) * 5)
    assert peers.mann_whitney(slower, stored) == NAMED
    assert peers.mann_whitney(stored[0], stored) == set()
    assert peers.mann_whitney(faster_now, [slower]) == set()


@pytest.mark.parametrize("rule", [peers.against_one_stored_run, peers.against_the_mean_of_three])
def test_an_operation_that_no_stored_run_has_is_not_named(rule: peers.Rule) -> None:
    unknown = gate()
    unknown.rounds[0].baseline.clear()
    assert rule(gate(candidate=(SLOW,)), [unknown] * 3) == set()
