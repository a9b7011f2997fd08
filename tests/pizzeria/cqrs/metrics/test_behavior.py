from __future__ import annotations

import asyncio
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from mario_perf.pizzeria.cqrs.error_categories import (
    BusinessRuleError,
    NotAuthorizedError,
    NotFoundError,
    RequestInvalidError,
)
from mario_perf.pizzeria.cqrs.faults import Fault, FaultInjectionBehavior
from mario_perf.pizzeria.cqrs.metrics import ExecutionRecorder, MetricsPipelineBehavior, add_cqrs_metrics
from mario_perf.pizzeria.cqrs.metrics import behavior as metrics_behavior
from mario_perf.pizzeria.cqrs.requests import Command, Query
from mario_perf.pizzeria.cqrs.services import ServiceCollection
from mario_perf.pizzeria.infrastructure.fault_queries import FaultQueries

if TYPE_CHECKING:
    import sqlite3

    from mario_perf.pizzeria.cqrs.metrics.execution_recorder import OperationMetrics


@dataclass(frozen=True, slots=True)
class Bake(Command[str]):
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Ask(Query[str]):
    pass


class OvenTooHotError(BusinessRuleError):
    """Its message says "not found" and "validation", and that decides nothing."""


class Baking:
    async def handle_async(self, request: Bake) -> str:
        if request.error:
            raise request.error
        return "baked"


def services() -> ServiceCollection:
    return ServiceCollection({Bake: Baking(), Ask: Baking()})


def only(recorder: ExecutionRecorder, name: str) -> OperationMetrics:
    return next(each for each in recorder.snapshot() if each.name == name)


def test_one_call_counts_and_times_whatever_is_executed() -> None:
    collection = services()
    recorder = add_cqrs_metrics(collection)
    answer = asyncio.run(collection.build_mediator().execute_async(Bake()))
    kept = only(recorder, "Bake")
    assert answer == "baked"
    assert (kept.kind, sum(kept.successes), sum(kept.failures_by_bucket)) == ("command", 1, 0)
    assert kept.successes_sum > 0


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RequestInvalidError(), "validation"),
        (NotFoundError(), "not_found"),
        (NotAuthorizedError(), "authorization"),
        (BusinessRuleError(), "business_rule"),
        (OvenTooHotError("validation: not found"), "business_rule"),
        (RuntimeError(), "exception"),
    ],
)
def test_an_error_goes_through_and_its_type_decides_its_category(error: Exception, expected: str) -> None:
    collection = services()
    recorder = add_cqrs_metrics(collection)
    with pytest.raises(type(error)) as raised:
        asyncio.run(collection.build_mediator().execute_async(Bake(error)))
    kept = only(recorder, "Bake")
    assert raised.value is error
    assert {name for name, count in kept.failures.items() if count} == {expected}
    assert (sum(kept.successes), sum(kept.failures_by_bucket)) == (0, 1)


def test_an_execution_that_is_cancelled_is_counted_as_a_failure_of_its_whole_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As by whoever waits with a timeout: what was slowest would be missing otherwise."""
    moments = iter((5.0, 5.02))
    monkeypatch.setattr(metrics_behavior, "perf_counter", lambda: next(moments))
    recorder = ExecutionRecorder()
    behavior = MetricsPipelineBehavior(recorder)

    async def impatient() -> None:
        waiting = asyncio.create_task(behavior.handle_async(Bake(), asyncio.Event().wait))
        await asyncio.sleep(0)
        waiting.cancel()
        await waiting

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(impatient())
    kept = only(recorder, "Bake")
    assert (sum(kept.successes), sum(kept.failures_by_bucket), kept.failures["exception"]) == (0, 1, 1)
    assert kept.failures_sum == pytest.approx(20.0)


def test_every_handler_that_is_registered_is_known_before_its_first_use() -> None:
    recorder = add_cqrs_metrics(services())
    assert {(each.kind, each.name) for each in recorder.snapshot()} == {("command", "Bake"), ("query", "Ask")}


def test_a_type_that_was_not_announced_is_counted_from_its_first_use() -> None:
    recorder = ExecutionRecorder()
    behavior = MetricsPipelineBehavior(recorder)
    asyncio.run(behavior.handle_async(Ask(), lambda: asyncio.sleep(0)))
    assert sum(only(recorder, "Ask").successes) == 1


def test_what_other_behaviours_take_is_timed_too_even_those_added_before(
    connection: sqlite3.Connection,
) -> None:
    collection = services()
    faults = FaultInjectionBehavior({"Bake": Fault(delay=0.001)}, FaultQueries(connection))
    collection.behaviors.append(faults)
    recorder = add_cqrs_metrics(collection)
    asyncio.run(collection.build_mediator().execute_async(Bake()))
    assert only(recorder, "Bake").successes_sum >= 1


def test_other_bounds_can_be_asked_for() -> None:
    assert add_cqrs_metrics(services(), bounds=(1.0, 5.0)).bounds == (1.0, 5.0)


def test_many_event_loops_in_many_threads_lose_no_execution() -> None:
    recorder = ExecutionRecorder()
    behavior = MetricsPipelineBehavior(recorder)

    async def pause() -> None:
        await asyncio.sleep(0)

    async def loop() -> None:
        await asyncio.gather(*(behavior.handle_async(Asked(), pause) for _ in range(500)))

    threads = [Thread(target=lambda: asyncio.run(loop())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    (operation,) = recorder.snapshot()
    assert sum(operation.successes) == 8 * 500


class Asked(Query[None]):
    __slots__ = ()
