"""Runs that are unfit to be judged: left out while they are few, and told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.judge import Measured, conclude
from analysis.model import Finding, GateResult, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.baselines import Baseline
    from analysis.policy import Policy

MOST = 0.34
"""Share of runs that may be spoilt before the whole gate is."""

DONE_BY_A_SIDE = frozenset({"restart", "counter-reset", "abandoned-requests"})
"""Findings that are never left out: a build that crashes now and then must not pass by them."""


def reasons(run: Measured) -> tuple[Finding, ...]:
    """Why a run is unfit; empty when it is fit."""
    return tuple(
        finding for side in run.sides for finding in side.findings if finding.severity is Severity.INVALID
    )


def for_good(run: Measured) -> bool:
    """Whether no further run can make up for it."""
    return any(finding.code in DONE_BY_A_SIDE for finding in reasons(run))


def judged(
    runs: Sequence[Measured], baseline: Baseline | None, policy: Policy, alpha: float | None = None
) -> GateResult:
    """Judge the runs that are fit; with too many that are not, all of them, so that the result says why.

    Only what load generator, machine or scrapes did is left out. That does not depend on which side was
    faster, so it does not touch the false-alarm rate.

    Raises:
        UserError: as ``conclude``.
    """
    fit = [run for run in runs if not reasons(run)]
    if not fit or any(map(for_good, runs)) or len(runs) - len(fit) > MOST * len(runs):
        return conclude(runs, baseline, policy, alpha)
    result = conclude(fit, baseline, policy, alpha)
    left_out = tuple(_as_warning(run, finding) for run in runs for finding in reasons(run))
    return replace(result, findings=(*left_out, *result.findings))


def _as_warning(run: Measured, finding: Finding) -> Finding:
    said = f"{run.record.run_id} was left out: {finding.message}"
    return replace(finding, severity=Severity.WARNING, message=said)
