"""Whether the steps of a locustfile fit the service, by one round of them. Pure."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from mario_perf.doctor.diagnosis import Diagnosis, Rating
from mario_perf.errors import listed, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.measurement.measured_run import MeasuredRun
    from mario_perf.measurement.reassignment import Reassignment
    from mario_perf.run_record import StepCounts

_MANY: Final = 0.5
"""Share of a step's requests that fail in a locustfile that does not fit the service."""


def of_steps(measured: MeasuredRun) -> tuple[Diagnosis, ...]:
    """What is wrong with the steps; that all is well where nothing is."""
    steps = measured.record.targets[-1].whole_run
    found = (*_reassigned(measured), *_never_executed(measured), *_failing(steps), *_unnamed(measured))
    return found or (_fitting(measured),)


def _fitting(measured: MeasuredRun) -> Diagnosis:
    steps = measured.record.targets[-1].whole_run
    counted = sum(row.server_whole for row in measured.candidate.reconciliation)
    agreed = f"; client and service counted the same {counted} executions" if counted else ""
    return Diagnosis(Rating.OK, "steps", f"{len(steps)}: {listed(step.step for step in steps)}{agreed}")


def _reassigned(measured: MeasuredRun) -> Iterator[Diagnosis]:
    for each in measured.reassigned:
        yield Diagnosis(Rating.ATTENTION, "steps", _explained(each), f"write {_setting(each)} in perf.toml")


def _explained(one: Reassignment) -> str:
    if one.triggered is None:
        return f"{one.step}: each request was refused, and {one.named} was never executed"
    return f"{one.step} triggers {one.triggered}, not {one.named}"


def _setting(one: Reassignment) -> str:
    return f"[load.operations] {json.dumps(one.step)} = {json.dumps(one.triggered or [])}"


def _never_executed(measured: MeasuredRun) -> Iterator[Diagnosis]:
    """Operations that steps name and that do not exist; what was executed instead is not known."""
    rows = measured.candidate.reconciliation
    executed = [row.operation for row in rows if row.server_whole]
    by_operation: defaultdict[str, list[str]] = defaultdict(list)
    for step in measured.record.targets[-1].whole_run:
        for operation in step.operations:
            by_operation[operation].append(step.step)
    for row in rows:
        if row.client_whole and not row.server_whole and not row.agrees:
            yield Diagnosis(
                Rating.PROBLEM,
                "steps",
                f"{listed(by_operation[row.operation])}: {row.operation} was never executed in "
                f"{row.client_whole} requests; executed, nearest: {nearest(row.operation, executed)}",
                "correct the operation in the locustfile, or name it in perf.toml [load.operations]",
            )


def _failing(steps: tuple[StepCounts, ...]) -> Iterator[Diagnosis]:
    for step in steps:
        if step.failed > _MANY * step.started:
            yield Diagnosis(
                Rating.ATTENTION,
                "steps",
                f"{step.step}: {step.failed} of {step.started} requests failed ({listed(step.errors)})",
                "correct its request in the locustfile, or list an expected status in its business",
            )


def _unnamed(measured: MeasuredRun) -> Iterator[Diagnosis]:
    """Steps without an operation; one that perf.toml or the counts leave without one is meant so."""
    meant = {each.step for each in measured.reassigned}
    steps = measured.record.targets[-1].whole_run
    names = [step.step for step in steps if step.reached and not step.operations and step.step not in meant]
    if names:
        yield Diagnosis(
            Rating.ATTENTION,
            "steps",
            f"{listed(names)}: no operation is named, so counts and response times are not compared",
            "name it in the locustfile, or in perf.toml [load.operations] ([] for none)",
        )
