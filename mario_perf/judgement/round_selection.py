"""Which runs are judged: those that are unfit are left out while they are few, and findings say why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mario_perf.model import Finding, Severity
from mario_perf.validity.codes import Blame, Code
from mario_perf.validity.late_answers import late_steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mario_perf.measurement.measured_run import MeasuredRun

MAX_SHARE_LEFT_OUT = 0.34
"""Share of runs that may be left out; with more of them all are judged, so that the result says why."""

SIDE_CODES = frozenset(each.code for each in Code if each.blame is Blame.SIDE)
"""Findings that are never left out: a build that crashes now and then must not pass by them."""

MAX_IMBALANCE = 1
"""Most runs by which one side may be invalid more often than the other; more is not chance."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The runs to judge, and what was left out and why."""

    runs: tuple[MeasuredRun, ...]
    findings: tuple[Finding, ...] = ()


def select(runs: Sequence[MeasuredRun]) -> Selection:
    """The runs that are fit; with too many that are not, all of them, so that the result says why.

    All of them, too, where the candidate's answers are late: that is what made them unfit.

    Only what load generator, machine or scrapes did is left out, and what a side may have done only while it
    happens to both alike. That does not depend on which side was faster, so it does not touch the false-alarm
    rate.
    """
    valid = [run for run in runs if not invalid_findings(run)]
    findings = [finding for run in runs for finding in invalid_findings(run)]
    too_many = len(runs) - len(valid) > MAX_SHARE_LEFT_OUT * len(runs)
    late = any(step.certain for step in late_steps([run.record.targets for run in runs]))
    if not valid or is_permanent(findings) or too_many or _is_one_sided(runs) or late:
        return Selection(tuple(runs))
    return Selection(
        tuple(valid), tuple(_exclusion_finding(run, each) for run in runs for each in invalid_findings(run))
    )


def invalid_findings(run: MeasuredRun) -> tuple[Finding, ...]:
    """Why a run is unfit, each reason once; empty when it is fit."""
    return tuple(dict.fromkeys(finding for side in run.sides for finding in _invalid(side.findings)))


def is_permanent(findings: Iterable[Finding]) -> bool:
    """Whether no further run can make up for it."""
    return any(finding.code in SIDE_CODES for finding in _invalid(findings))


def _invalid(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.severity is Severity.INVALID)


def _is_one_sided(runs: Sequence[MeasuredRun]) -> bool:
    invalid_sides = [{side.side for side in run.sides if _invalid(side.findings)} for run in runs]
    lone_sides = [next(iter(sides)) for sides in invalid_sides if len(sides) == 1]
    return abs(lone_sides.count("baseline") - lone_sides.count("candidate")) > MAX_IMBALANCE


def _exclusion_finding(run: MeasuredRun, finding: Finding) -> Finding:
    message = f"{run.record.run_id} was left out: {finding.message}"
    return replace(finding, severity=Severity.WARNING, message=message)
