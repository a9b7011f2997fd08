from __future__ import annotations

import time
from itertools import pairwise
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mario_perf.pizzeria.cqrs.metrics import BOUNDS, ExecutionRecorder

times = st.floats(0, 20_000)
executions = st.lists(st.tuples(times, st.sampled_from([None, "validation", "exception"])), max_size=50)


def test_the_bounds_are_twenty_a_decade_from_ten_microseconds_to_ten_seconds() -> None:
    assert (BOUNDS[0], BOUNDS[40], BOUNDS[-1], len(BOUNDS)) == (0.01, 1.0, 10_000.0, 121)
    ratios = [higher / lower for lower, higher in pairwise(BOUNDS)]
    assert ratios == pytest.approx([10 ** (1 / 20)] * 120, rel=1e-4)


@given(executions)
def test_every_execution_is_in_one_bucket_and_in_one_counter(done: list[tuple[float, str | None]]) -> None:
    recorder = ExecutionRecorder()
    operation = recorder.operation("command", "Bake")
    for milliseconds, error in done:
        if error is None:
            recorder.succeeded(operation, milliseconds)
        else:
            recorder.failed(operation, milliseconds, error)
    (kept,) = recorder.snapshot()
    errors = [error for _, error in done if error]
    assert sum(kept.successes) == len(done) - len(errors)
    assert sum(kept.failures_by_bucket) == sum(kept.failures.values()) == len(errors)
    assert kept.failures["validation"] == errors.count("validation")
    assert kept.successes_sum == pytest.approx(sum(time for time, error in done if error is None))
    assert kept.failures_sum == pytest.approx(sum(time for time, error in done if error))


@given(times)
def test_a_bucket_holds_what_is_above_the_bound_before_and_not_above_its_own(milliseconds: float) -> None:
    recorder = ExecutionRecorder()
    recorder.succeeded(recorder.operation("query", "Ask"), milliseconds)
    (kept,) = recorder.snapshot()
    edges = (float("-inf"), *BOUNDS, float("inf"))
    bucket = kept.successes.index(1)
    assert edges[bucket] < milliseconds <= edges[bucket + 1]


class Interrupted(float):
    """A time during whose addition another thread gets its turn."""

    def __radd__(self, other: float) -> float:
        time.sleep(0)
        return other + float(self)


def test_eight_threads_lose_no_execution() -> None:
    recorder, start, each = ExecutionRecorder((1.0, 2.0)), Barrier(8), 200
    operation = recorder.operation("command", "Bake")

    def work() -> None:
        start.wait(10)
        for _ in range(each):
            recorder.succeeded(operation, Interrupted(0.5))
            recorder.failed(operation, Interrupted(4.0), "exception")

    threads = [Thread(target=work, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    (kept,) = recorder.snapshot()
    assert (kept.successes, kept.successes_sum) == ([8 * each, 0, 0], 8 * each * 0.5)
    assert kept.failures_sum == 8 * each * 4.0
    assert (kept.failures_by_bucket, kept.failures["exception"]) == ([0, 0, 8 * each], 8 * each)


def test_a_snapshot_does_not_change_afterwards() -> None:
    recorder = ExecutionRecorder()
    operation = recorder.operation("query", "Ask")
    (before,) = recorder.snapshot()
    recorder.succeeded(operation, 1.0)
    recorder.failed(operation, 1.0, "not_found")
    assert sum(before.successes) == sum(before.failures_by_bucket) == before.failures["not_found"] == 0


def test_an_operation_is_kept_once() -> None:
    recorder = ExecutionRecorder()
    assert recorder.operation("query", "Ask") is recorder.operation("query", "Ask")


@pytest.mark.parametrize("bounds", [(), (1.0, 1.0), (2.0, 1.0), (1.0, float("inf")), (float("nan"),)])
def test_bounds_that_make_no_histogram_are_refused(bounds: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="ascending"):
        ExecutionRecorder(bounds)
