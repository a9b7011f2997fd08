"""Runs of another load are not compared, nor are those of which it is not known."""

from dataclasses import replace

import pytest

from mario_perf.model import Workload
from mario_perf.validity.environments import load_changes, workload_changes

LOAD = Workload("closed", 20, "steady", think="0.05:0.2")


@pytest.mark.parametrize(
    ("other", "changes"),
    [
        (LOAD, {}),
        (replace(LOAD, think="0:0"), {"think": ("0.05:0.2", "0:0")}),
        (replace(LOAD, think=None), {"think": ("0.05:0.2", "not known")}),
        (replace(LOAD, think=None, users=1), {"think": ("0.05:0.2", "not known"), "users": ("20", "1")}),
    ],
)
def test_each_difference_of_two_loads_is_named(other: Workload, changes: dict[str, tuple[str, str]]) -> None:
    assert workload_changes(LOAD, other) == changes


def test_a_difference_to_any_of_the_kept_runs_counts() -> None:
    assert load_changes([replace(LOAD, users=1), LOAD, None], LOAD) == {"users": ("1", "20")}
