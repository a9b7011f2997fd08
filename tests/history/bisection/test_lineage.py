from __future__ import annotations

from mario_perf.history.bisection.lineage import lineage
from tests.history.bisection.planted_histories import line


def test_a_line_contains_all_that_came_before() -> None:
    assert line(3).contains.astype(int).tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]]


def test_a_merge_contains_both_branches_and_each_branch_only_its_own() -> None:
    history = lineage("g", [("a", "g"), ("b", "g"), ("m", "a", "b")])
    assert history.revisions == ("g", "a", "b", "m")
    assert history.contains.astype(int).tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 1]]


def test_a_parent_from_before_the_good_revision_adds_nothing() -> None:
    history = lineage("g", [("old-branch", "before-g"), ("m", "g", "old-branch")])
    assert history.contains.astype(int).tolist() == [[0, 0], [1, 0], [1, 1]]
