from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from mario_perf.pizzeria.cqrs.metrics import BOUNDS, ExecutionRecorder
from mario_perf.pizzeria.cqrs.metrics.histogram_text import (
    DURATION,
    EXECUTIONS,
    FAILURES,
    SUCCESSES,
    Exposition,
)
from mario_perf.pizzeria.cqrs.metrics.text_format import page
from tests.pizzeria.series import samples

if TYPE_CHECKING:
    from tests.pizzeria.series import Labels

times = st.lists(st.floats(0, 20_000), max_size=30)
BAKE = {"operation": "command", "type": "Bake"}


def labels(**more: str) -> Labels:
    return frozenset((BAKE | more).items())


def rendered(successes: list[float], failures: list[float]) -> str:
    recorder = ExecutionRecorder()
    operation = recorder.operation("command", "Bake")
    for milliseconds in successes:
        recorder.succeeded(operation, milliseconds)
    for milliseconds in failures:
        recorder.failed(operation, milliseconds, "validation")
    return exposed(Exposition(recorder))


def exposed(exposition: Exposition) -> str:
    return page([exposition]).decode()


@settings(max_examples=settings().max_examples * 3 // 10)
@given(times, times)
def test_prometheus_reads_back_what_was_recorded(successes: list[float], failures: list[float]) -> None:
    read = samples(rendered(successes, failures))
    assert read[EXECUTIONS, labels()] == len(successes) + len(failures)
    assert read[SUCCESSES, labels()] == len(successes)
    assert read[FAILURES, labels(error_type="validation")] == len(failures)
    for status, done in (("success", successes), ("failure", failures)):
        assert read[f"{DURATION}_count", labels(status=status)] == len(done)
        assert read[f"{DURATION}_sum", labels(status=status)] == pytest.approx(sum(done))


@settings(max_examples=settings().max_examples * 3 // 10)
@given(times)
def test_buckets_are_cumulative_counts_of_what_is_not_above_their_bound(done: list[float]) -> None:
    read = samples(rendered(done, []))
    buckets = {
        float(dict(found)["le"]): count
        for (name, found), count in read.items()
        if name == f"{DURATION}_bucket" and ("status", "success") in found
    }
    assert buckets == {le: sum(each <= le for each in done) for le in (*BOUNDS, float("inf"))}


def test_everything_that_could_happen_to_a_known_operation_is_there_at_zero() -> None:
    read = samples(rendered([], []))
    assert set(read.values()) == {0}
    names = [name for name, _ in read]
    assert {name: names.count(name) for name in set(names)} == {
        EXECUTIONS: 1,
        SUCCESSES: 1,
        FAILURES: 5,
        f"{DURATION}_bucket": 2 * (len(BOUNDS) + 1),
        f"{DURATION}_sum": 2,
        f"{DURATION}_count": 2,
    }


def test_each_family_is_described_once_and_typed() -> None:
    text = rendered([1.0], [])
    assert {family.name: family.type for family in text_string_to_metric_families(text)} == {
        EXECUTIONS.removesuffix("_total"): "counter",
        SUCCESSES.removesuffix("_total"): "counter",
        FAILURES.removesuffix("_total"): "counter",
        DURATION: "histogram",
    }
    assert text.count("# TYPE ") == text.count("# HELP ") == 4


def test_an_operation_that_appears_later_is_rendered_too() -> None:
    recorder = ExecutionRecorder()
    exposition = Exposition(recorder)
    assert samples(exposed(exposition)) == {}
    recorder.succeeded(recorder.operation("command", "Bake"), 1.0)
    assert samples(exposed(exposition))[SUCCESSES, labels()] == 1
