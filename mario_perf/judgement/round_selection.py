"""Runs that are unfit to be judged: left out while they are few, and told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mario_perf.judgement.judge import Measured, conclude
from mario_perf.model import Finding, GateResult, Severity
from mario_perf.validity.late_answers import late_steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mario_perf.baselines.stored_baselines import Baseline
    from mario_perf.configuration.policy import Policy

MOST = 0.34
"""Share of runs that may be spoilt before the whole gate is."""

DONE_BY_A_SIDE = frozenset(
    {"restart", "counter-reset", "abandoned-requests", "unequal-work", "unserved-requests"}
)
"""Findings that are never left out: a build that crashes now and then must not pass by them."""

MOST_OF_ONE_SIDE = 1
"""By how many runs one side may have spoilt more than the other: more is no accident of the machine."""


def reasons(run: Measured) -> tuple[Finding, ...]:
    """Why a run is unfit, each reason once; empty when it is fit."""
    return tuple(dict.fromkeys(finding for side in run.sides for finding in _invalid(side.findings)))


def _invalid(found: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in found if finding.severity is Severity.INVALID)


def for_good(found: Iterable[Finding]) -> bool:
    """Whether no further run can make up for it."""
    return any(finding.code in DONE_BY_A_SIDE for finding in _invalid(found))


def judged(
    runs: Sequence[Measured], baseline: Baseline | None, policy: Policy, alpha: float | None = None
) -> GateResult:
    """Judge the runs that are fit; with too many that are not, all of them, so that the result says why.

    All of them, too, where the candidate's answers are late: that is what made them unfit.

    Only what load generator, machine or scrapes did is left out, and what a side may have done only while it
    happens to both alike. That does not depend on which side was faster, so it does not touch the false-alarm
    rate.

    Raises:
        UserError: as ``conclude``.
    """
    fit = [run for run in runs if not reasons(run)]
    found = [finding for run in runs for finding in reasons(run)]
    too_many = len(runs) - len(fit) > MOST * len(runs)
    late = any(step.certain for step in late_steps([run.record.targets for run in runs]))
    if not fit or for_good(found) or too_many or _by_one_side(runs) or late:
        return conclude(runs, baseline, policy, alpha)
    result = conclude(fit, baseline, policy, alpha)
    left_out = tuple(_as_warning(run, finding) for run in runs for finding in reasons(run))
    return replace(result, findings=(*left_out, *result.findings))


def _by_one_side(runs: Sequence[Measured]) -> bool:
    spoilt = [{side.side for side in run.sides if _invalid(side.findings)} for run in runs]
    alone = [next(iter(sides)) for sides in spoilt if len(sides) == 1]
    return abs(alone.count("baseline") - alone.count("candidate")) > MOST_OF_ONE_SIDE


def _as_warning(run: Measured, finding: Finding) -> Finding:
    said = f"{run.record.run_id} was left out: {finding.message}"
    return replace(finding, severity=Severity.WARNING, message=said)
