"""The one judge: from measured runs to an outcome, for all commands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from mario_perf.comparison.rebin import to_shared_bounds
from mario_perf.errors import UserError
from mario_perf.judgement import (
    acceptance,
    duet_results,
    limits,
    next_steps,
    run_findings,
    stored_results,
    verdict,
)
from mario_perf.judgement.limits_only import without_baseline
from mario_perf.judgement.overall_change import overall_change
from mario_perf.judgement.round_selection import select
from mario_perf.model import GateResult, Verdict
from mario_perf.sources import report_queries
from mario_perf.sources.counters import FEWEST_SCRAPES
from mario_perf.statistics.multiplicity import MISSED
from mario_perf.validity import environments
from mario_perf.validity.late_answers import late_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.baselines.stored_baselines import Baseline
    from mario_perf.configuration.policy import Policy
    from mario_perf.measurement.measured_run import MeasuredRun
    from mario_perf.model import Finding, OperationResult, RunMeasurement
    from mario_perf.validity.late_answers import LateStep


def conclude(
    played: Sequence[MeasuredRun],
    baseline: Baseline | None,
    policy: Policy,
    alpha: float | None = None,
    incidents: Sequence[Finding] = (),
    *,
    missed: float = MISSED,
) -> GateResult:
    """Judge what was measured (at least one run), but for the runs that are left out as unfit.

    Args:
        played: runs, all duets or none.
        baseline: what to compare with; None for a duet, or for absolute limits alone.
        policy: thresholds.
        alpha: the chance of a false alarm that this look may spend; the policy's whole by default.
        incidents: what ended further runs; those cannot be judged.
        missed: the chance with which this look may call a rise as large as the resolution absent.

    Raises:
        UserError: Runs of both kinds, a duet with a baseline, or a baseline of another scenario.
    """
    method: Literal["duet", "stored"] = "duet" if _is_duet(played, baseline) else "stored"
    kept = baseline.runs if baseline else ()
    _check_scenarios(played, kept)
    selection = select(played)
    rounds = selection.kept
    now = [_without_ignored(side, policy) for each in rounds for side in each.sides]
    before = [_without_ignored(run, policy) for run in kept]
    spent = policy.false_alarm_rate if alpha is None else alpha
    results = _compared(method, before, now, policy, (spent, missed))
    changed = _changed(kept[-1], rounds[-1].candidate) if kept else {}
    limited = [_with_limits(result, changed, policy) for result in results]
    late = _late(rounds, policy)
    certain = [each for each in late if each.certain]
    today, revision = datetime.now(UTC).date(), _baseline_revision(rounds, kept)
    valid = acceptance.in_force(policy.accepted, revision, today)
    agreed = [acceptance.applied(result, valid) for result in limited]
    operations = verdict.in_order(_with_late_answers(result, certain) for result in agreed)
    on_runs = (
        *selection.findings,
        *run_findings.of(rounds, kept, policy),
        *acceptance.findings(policy.accepted, revision, today),
    )
    told = run_findings.gravest_first((*incidents, *run_findings.with_late_answers(on_runs, late)))
    outcome = verdict.outcome((each.verdict for each in operations), told)
    asked = [labels for each in rounds for labels in each.matchers]
    result = GateResult(
        outcome=outcome,
        sentence=verdict.sentence(outcome, operations, told),
        method=method,
        operations=operations,
        bounds=to_shared_bounds([*before, *now])[0].bounds,
        findings=told,
        reconciliation=tuple(row for each in rounds for side in each.sides for row in side.reconciliation),
        runs=tuple(each.record for each in rounds),
        baseline_runs=tuple(run.run_id for run in kept),
        baseline_revisions=tuple(dict.fromkeys(run.revision for run in kept if run.revision)),
        environment_changes=changed,
        policy=policy.shown(),
        false_alarm_rate=policy.false_alarm_rate,
        seconds=sum(each.record.window.duration for each in rounds),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        queries={
            each.operation.name: report_queries.queries(each.operation, policy.metrics, asked)
            for each in operations
        },
    )
    pairs = list(zip(now[0::2], now[1::2], strict=True)) if method == "duet" else []
    return replace(
        result,
        reasons=next_steps.reasons(result, policy),
        next_steps=next_steps.next_steps(result, pairs, policy),
        overall=overall_change(duet_results.laid_out(pairs)) if operations and pairs else None,
    )


def _compared(
    method: Literal["duet", "stored"],
    before: Sequence[RunMeasurement],
    now: Sequence[RunMeasurement],
    policy: Policy,
    errors: tuple[float, float],
) -> tuple[OperationResult, ...]:
    if any(len(run.slice_edges) < FEWEST_SCRAPES for run in now) or not any(run.measurements for run in now):
        return ()
    if method == "duet":
        return duet_results.compare(list(zip(now[0::2], now[1::2], strict=True)), policy, *errors)
    if before:
        return stored_results.compare(before, now, policy, errors[0])
    return without_baseline(now, policy)


def _is_duet(rounds: Sequence[MeasuredRun], baseline: Baseline | None) -> bool:
    duets = [len(each.sides) > 1 for each in rounds]
    if any(duets) and not all(duets):
        raise UserError("runs of one service and duets cannot be judged together; give runs of one kind")
    if any(duets) and baseline is not None:
        raise UserError(
            f"run {rounds[0].record.run_id} is a duet: its baseline ran beside it; leave out --baseline"
        )
    return all(duets)


def _check_scenarios(rounds: Sequence[MeasuredRun], kept: Sequence[RunMeasurement]) -> None:
    names = sorted({each.record.scenario for each in rounds} | {run.scenario for run in kept})
    if len(names) > 1:
        raise UserError(f"runs of different scenarios cannot be compared: {', '.join(names)}")


def _baseline_revision(rounds: Sequence[MeasuredRun], kept: Sequence[RunMeasurement]) -> str | None:
    return kept[-1].revision if kept else rounds[-1].sides[0].revision


def _changed(kept: RunMeasurement, now: RunMeasurement) -> dict[str, tuple[str, str]]:
    return environments.changes(kept.environment, now.environment) | environments.workload_changes(
        kept.workload, now.workload
    )


def _without_ignored(run: RunMeasurement, policy: Policy) -> RunMeasurement:
    kept = {name: each for name, each in run.measurements.items() if not policy.of(name).ignore}
    return replace(run, measurements=kept)


def _with_limits(
    result: OperationResult, changed: dict[str, tuple[str, str]], policy: Policy
) -> OperationResult:
    if changed:
        differing = "; ".join(f"{key}: {before}, now {now}" for key, (before, now) in changed.items())
        result = verdict.undecided(result, f"The baseline was measured elsewhere or otherwise ({differing}).")
    return limits.applied(result, policy.of(result.operation.name))


def _late(rounds: Sequence[MeasuredRun], policy: Policy) -> tuple[LateStep, ...]:
    late = late_steps([each.record.targets for each in rounds])
    return tuple(each for each in late if each.operation is None or not policy.of(each.operation).ignore)


def _with_late_answers(result: OperationResult, late: Sequence[LateStep]) -> OperationResult:
    """Regressed, if the step that triggers it is late: few of its executions, or none, have ended."""
    for each in late:
        if each.operation == result.operation.name:
            said = f"{each.finding().message}."
            return replace(result, verdict=Verdict.REGRESSED, explanation=said)
    return result
