"""What a reader must know of the runs that are judged."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from mario_perf.comparison.reference_logs import reference_logs
from mario_perf.errors import listed
from mario_perf.model import Finding, Severity
from mario_perf.sources.counters import MIN_SCRAPES
from mario_perf.validity import comparison_checks
from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mario_perf.configuration.policy import Policy
    from mario_perf.measurement.measured_run import MeasuredRun
    from mario_perf.measurement.reassignment import Reassignment
    from mario_perf.model import RunMeasurement
    from mario_perf.validity.late_answers import LateStep

_FIGURE: Final = re.compile(r"(?<![\w/.:#+\u2212-])\d+(?:\.\d+)?(?![\w/.:-])")
"""A number of its own: no part of a name, a version, a URL or a signed change."""

_SEVERITIES = (Severity.REGRESSED, Severity.INVALID, Severity.WARNING, Severity.NOTE)


def collect(
    rounds: Sequence[MeasuredRun], baseline_runs: Sequence[RunMeasurement], policy: Policy
) -> tuple[Finding, ...]:
    """All findings on the runs that are judged, and on their comparison with what was kept."""
    findings = [*_of_rounds(rounds, _own_findings)]
    findings += _read_otherwise(rounds, policy)
    alone = [side for each in rounds if each.record.part == "alone" for side in each.sides]
    findings += comparison_checks.missing_indicators(alone, policy)
    findings += comparison_checks.unserved_requests([each.record.targets for each in rounds])
    findings += _of_rounds(rounds, _unequal_work)  # after what may be its cause: the first is the headline
    successes = _successes(rounds, policy)
    if baseline_runs or all(len(each.sides) > 1 for each in rounds):
        findings += comparison_checks.few_samples(successes, policy)
    findings += comparison_checks.unmatched_operations(policy, successes)
    findings += comparison_checks.rebinned_histograms(
        [*baseline_runs, *(side for each in rounds for side in each.sides)]
    )
    if baseline_runs:
        findings += comparison_checks.package_changes(
            baseline_runs[-1].environment, rounds[-1].record.environment
        )
        if all(len(each.candidate.slice_edges) >= MIN_SCRAPES for each in rounds):
            findings += _shift(baseline_runs, [each.candidate for each in rounds])
    elif all(len(each.sides) > 1 for each in rounds):
        findings += comparison_checks.late_generator([each.record for each in rounds])
        findings += comparison_checks.package_differences(rounds[-1].record.targets)
        findings += comparison_checks.one_round(len(rounds))
        findings += comparison_checks.same_processes([each.sides for each in rounds])
    return tuple(findings)


def _successes(rounds: Sequence[MeasuredRun], policy: Policy) -> Counter[str]:
    successes: Counter[str] = Counter()
    for measurement in (one for each in rounds for one in each.candidate.measurements.values()):
        if not policy.of(measurement.operation.name).ignore:
            successes[measurement.operation.name] += int(measurement.histogram.sum())
    return successes


def _shift(kept: Sequence[RunMeasurement], now: Sequence[RunMeasurement]) -> Iterator[Finding]:
    """Where a reference tells the machine from the build, a finding of its own says what moved."""
    if reference_logs(kept, now) is None:
        yield from comparison_checks.common_shift(kept, now)


def _read_otherwise(rounds: Sequence[MeasuredRun], policy: Policy) -> Iterator[Finding]:
    """What is not read as the locustfile says: one finding for all rounds."""
    if policy.by_client:
        yield Code.CLIENT_ONLY.finding()
    yield from _reassigned(rounds)


def _reassigned(rounds: Sequence[MeasuredRun]) -> Iterator[Finding]:
    steps: dict[str, list[Reassignment]] = {}
    for each in (one for run in rounds for one in run.reassigned):
        steps.setdefault(each.step, []).append(each)
    if steps:
        changes = [_counted(step, those) for step, those in steps.items()]
        settings = [f"{json.dumps(step)} = {_setting(those[0])}" for step, those in steps.items()]
        setting = " and ".join(settings)
        yield Code.STEPS_REASSIGNED.finding(steps=listed(changes, max_items=len(changes)), setting=setting)


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
        return (*certain, *map(_soften, findings))
    invalid = any(each.severity is Severity.INVALID for each in findings)
    severity = Severity.INVALID if invalid else Severity.WARNING
    return (*(each.finding(severity) for each in late), *findings)


def by_severity(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The gravest first, each once."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda each: _SEVERITIES.index(each.severity)))


def _soften(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.WARNING) if finding.severity is Severity.INVALID else finding


def _own_findings(run: MeasuredRun) -> Iterator[Finding]:
    for side in run.sides:
        yield from side.findings
        yield from comparison_checks.drift(side)


def _unequal_work(run: MeasuredRun) -> Iterable[Finding]:
    """In turns, each side has journeys of its own."""
    return comparison_checks.unequal_work(run.record.targets) if run.record.part == "alone" else ()


def _of_rounds(
    rounds: Sequence[MeasuredRun], findings_of: Callable[[MeasuredRun], Iterable[Finding]]
) -> Iterator[Finding]:
    """The findings of all rounds, each once, with where it was made if there are several.

    Messages that differ in their figures alone are one, with the range of each figure.
    """
    where: dict[Finding, dict[str, list[str]]] = {}
    for each in rounds:
        for finding in findings_of(each):
            kind = replace(finding, message=_FIGURE.sub("\0", finding.message))
            where.setdefault(kind, {}).setdefault(each.record.run_id, []).append(finding.message)
    for kind, messages in where.items():
        place = f"{listed(messages)}: " if len(rounds) > 1 else ""
        yield replace(kind, message=place + _with_ranges(list(chain.from_iterable(messages.values()))))


def _with_ranges(messages: Sequence[str]) -> str:
    """One message for several that differ in their figures alone."""
    figures = zip(*(_FIGURE.findall(each) for each in messages), strict=True)
    ranges = iter([_range(sorted(set(each), key=float)) for each in figures])
    return _FIGURE.sub(lambda _: next(ranges), messages[0])


def _range(figures: Sequence[str]) -> str:
    return figures[0] if len(figures) == 1 else f"{figures[0]} to {figures[-1]}"
