"""What a reader must know of the runs that are judged."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from mario_perf.errors import listed
from mario_perf.model import Finding, Severity
from mario_perf.sources.counters import FEWEST_SCRAPES
from mario_perf.validity import comparison_checks
from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mario_perf.configuration.policy import Policy
    from mario_perf.measurement.measured_run import MeasuredRun
    from mario_perf.measurement.reassignment import Reassignment
    from mario_perf.model import RunMeasurement
    from mario_perf.validity.late_answers import LateStep

_SEVERITIES = (Severity.REGRESSED, Severity.INVALID, Severity.WARNING, Severity.NOTE)


def of(rounds: Sequence[MeasuredRun], kept: Sequence[RunMeasurement], policy: Policy) -> tuple[Finding, ...]:
    """All findings on the runs that are judged, and on their comparison with what was kept."""
    told: list[Finding] = []
    for each in rounds:
        for side in each.sides:
            told += _of_round(each, rounds, (*side.findings, *comparison_checks.drifting(side)))
    told += _read_otherwise(rounds, policy)
    told += comparison_checks.unserved([each.record.targets for each in rounds])
    for each in rounds:  # after what may be the cause of it: the first is the headline
        told += _of_round(each, rounds, comparison_checks.unequal_work(each.record.targets))
    successes: Counter[str] = Counter()
    for measurement in (one for each in rounds for one in each.candidate.measurements.values()):
        if not policy.of(measurement.operation.name).ignore:
            successes[measurement.operation.name] += int(measurement.histogram.sum())
    told += comparison_checks.few_samples(successes, policy)
    told += comparison_checks.unmatched(policy, successes)
    told += comparison_checks.rebinned([*kept, *(side for each in rounds for side in each.sides)])
    if kept:
        told += comparison_checks.package_changes(kept[-1].environment, rounds[-1].record.environment)
        if all(len(each.candidate.slice_edges) >= FEWEST_SCRAPES for each in rounds):
            told += comparison_checks.common_shift(kept, [each.candidate for each in rounds])
    elif all(len(each.sides) > 1 for each in rounds):
        told += comparison_checks.late_generator([each.record for each in rounds])
        told += comparison_checks.other_packages(rounds[-1].record.targets)
        told += comparison_checks.one_round(len(rounds))
        told += comparison_checks.kept_processes([each.sides for each in rounds])
    return tuple(told)


def _read_otherwise(rounds: Sequence[MeasuredRun], policy: Policy) -> Iterator[Finding]:
    """What is not read as the locustfile says, told once for all rounds."""
    if policy.by_client:
        yield Code.CLIENT_ONLY.finding()
    yield from _reassigned(rounds)


def _reassigned(rounds: Sequence[MeasuredRun]) -> Iterator[Finding]:
    steps: dict[str, list[Reassignment]] = {}
    for each in (one for run in rounds for one in run.reassigned):
        steps.setdefault(each.step, []).append(each)
    if steps:
        said = [_counted(step, those) for step, those in steps.items()]
        settings = [f"{json.dumps(step)} = {_setting(those[0])}" for step, those in steps.items()]
        setting = " and ".join(settings)
        yield Code.STEPS_REASSIGNED.finding(steps=listed(said, most=len(said)), setting=setting)


def _setting(one: Reassignment) -> str:
    return json.dumps(one.triggered or [])


def _counted(step: str, those: Sequence[Reassignment]) -> str:
    one, requests = those[0], sum(each.requests for each in those)
    if one.triggered is None:
        return f"{step} (each of {requests} requests was refused, and {one.named} was never executed)"
    more = f"{one.triggered} {requests} times more than it was sent"
    return f"{step} ({one.named} was never executed, and {more})"


def with_late_answers(findings: Sequence[Finding], late: Sequence[LateStep]) -> tuple[Finding, ...]:
    """What is certain makes the gate red; what is not may be the reason why it cannot be judged.

    Late answers make a run unfit in many ways, and no way makes an answer come in time.
    """
    if certain := [each.finding() for each in late if each.certain]:
        return (*certain, *map(_no_obstacle, findings))
    invalid = any(each.severity is Severity.INVALID for each in findings)
    severity = Severity.INVALID if invalid else Severity.WARNING
    return (*(each.finding(severity) for each in late), *findings)


def gravest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each once."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda each: _SEVERITIES.index(each.severity)))


def _no_obstacle(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.WARNING) if finding.severity is Severity.INVALID else finding


def _of_round(
    one: MeasuredRun, rounds: Sequence[MeasuredRun], findings: Iterable[Finding]
) -> Iterator[Finding]:
    """The findings, with where they were made if there are several rounds."""
    where = f"{one.record.run_id}: " if len(rounds) > 1 else ""
    return (replace(finding, message=where + finding.message) for finding in findings)
