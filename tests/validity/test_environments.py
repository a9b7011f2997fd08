"""Runs of another load are not compared, and a load is compared as far as it is known."""

from dataclasses import replace

import pytest

from mario_perf.model import Workload
from mario_perf.validity.environments import workload_changes

LOAD = Workload("closed", 20, "steady", think="0.05:0.2")


@pytest.mark.parametrize(
    ("other", "changes"),
    [
        (LOAD, {}),
        (replace(LOAD, think="0:0"), {"think": ("0.05:0.2", "0:0")}),
        (replace(LOAD, think=None), {}),
        (replace(LOAD, think=None, users=1), {"users": ("20", "1")}),
    ],
)
def test_only_what_both_loads_tell_can_differ(other: Workload, changes: dict[str, tuple[str, str]]) -> None:
    assert workload_changes(LOAD, other) == changes
