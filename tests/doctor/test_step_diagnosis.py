"""Steps that do not fit the service are told by one round of the locustfile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mario_perf.doctor.diagnosis import Rating
from mario_perf.doctor.step_diagnosis import of_steps
from mario_perf.measurement.measured_run import measure_run
from mario_perf.runs import Run
from mario_perf.sources.source import Source
from tests.measurement.test_reassignment import Counters
from tests.simulated_runs import record, target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mario_perf.doctor.diagnosis import Diagnosis


def told(sent: Mapping[str, int], executed: Mapping[str, int], **step: Any) -> tuple[Diagnosis, ...]:
    run = Run(Path("runs/one"), record(target(sent, **step)))
    return of_steps(measure_run(run, Source(Counters(executed))))


def test_steps_that_fit_are_one_line() -> None:
    (found,) = told({"browse": 20, "order": 5}, {"browse": 20, "order": 5})
    assert found.level is Rating.OK
    assert found.finding == "2: browse, order; client and service counted the same 25 executions"


def test_an_operation_that_does_not_exist_is_a_problem_with_the_nearest_name() -> None:
    (found,) = told({"GetBook": 20, "order": 5}, {"GetBooks": 11, "order": 5})
    assert found.level is Rating.PROBLEM
    assert "GetBook was never executed in 20 requests; executed, nearest: GetBooks" in found.finding
    assert "[load.operations]" in found.advice


def test_what_the_counts_show_is_suggested() -> None:
    (found,) = told({"ready": 20, "status": 5}, {"status": 25})
    assert found.level is Rating.ATTENTION
    assert found.finding == "ready triggers status, not ready"
    assert found.advice == 'write [load.operations] "ready" = "status" in perf.toml'


def test_a_step_that_mostly_fails_is_told_with_what_went_wrong() -> None:
    failing = {"failed": 18, "errors": {"HTTP 404": 18}}
    (found,) = told({"order": 20}, {"order": 20}, **failing)
    assert found.level is Rating.ATTENTION
    assert "order: 18 of 20 requests failed (HTTP 404)" in found.finding


def test_a_step_that_names_no_operation_is_told() -> None:
    (found,) = told({"order": 20}, {"Order": 20}, operation=None)
    assert "order: no operation is named" in found.finding


def test_steps_of_a_service_without_metrics_need_no_operation() -> None:
    run = Run(Path("runs/one"), record(target({"order": 20}, operation=None)))
    (found,) = of_steps(measure_run(run, Source(None)))
    assert (found.level, found.finding) == (Rating.OK, "1: order")
