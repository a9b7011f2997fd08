"""How long a benchmark will take."""

from __future__ import annotations

from benchmarks.load.progress import remaining


def test_what_is_left_takes_as_long_as_what_is_done_did() -> None:
    assert remaining(done=10.0, planned=40.0, elapsed=25.0) == " 25% done, 1:15 left"


def test_runs_that_were_longer_than_planned_leave_nothing() -> None:
    assert remaining(done=41.0, planned=40.0, elapsed=60.0) == "100% done, 0:00 left"
