"""The one judge: from measured runs to an outcome, for all commands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from mario_perf import figures
from mario_perf.comparison.over_time import over_time
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
from mario_perf.judgement.cost_results import SHARE, compare_costs
from mario_perf.judgement.limits_only import judge_limits
from mario_perf.judgement.overall_change import overall_change
from mario_perf.judgement.round_selection import select
from mario_perf.judgement.scope import scope
from mario_perf.model import GateResult, Verdict
from mario_perf.sources import report_queries
from mario_perf.sources.counters import MIN_SCRAPES
from mario_perf.statistics.multiplicity import MISS_RATE
from mario_perf.validity import environments
from mario_perf.validity.late_answers import late_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.baselines.stored_baselines import Baseline
    from mario_perf.configuration.policy import Policy
    from mario_perf.measurement.measured_run import MeasuredRun
    from mario_perf.model import CostResult, Finding, OperationResult, RunMeasurement
    from mario_perf.run_record import Part
    from mario_perf.validity.late_answers import LateStep


def conclude(
    runs: Sequence[MeasuredRun],
    baseline: Baseline | None,
    policy: Policy,
    incidents: Sequence[Finding] = (),
    promise: float = 1.0,
) -> GateResult:
    """Judge what was measured (at least one run), but for the runs that are left out as unfit.

    Where a gate looked at just these runs, they are judged as it did: by what that look might spend, which
    the record of the last one says. All others spend the whole ``promise``.

    Args:
        runs: all duets or none.
        baseline: what to compare with; None for a duet, or for absolute limits alone.
        policy: thresholds.
        incidents: what ended further runs; those cannot be judged.
        promise: share of the false-alarm rate that these runs have, as one part of a gate.

    Raises:
        UserError: Runs of different kinds or parts, a duet with a baseline, or another scenario.
    """
    method: Literal["duet", "stored"] = "duet" if _is_duet(runs, baseline) else "stored"
    baseline_runs = baseline.runs if baseline else ()
    _check_scenarios(runs, baseline_runs)
    part, asked = _part(runs), policy
    policy = policy.under_load() if part == "load" else policy
    selection = select(runs)
    rounds = selection.runs
    measurements = [_without_ignored(side, policy) for each in rounds for side in each.sides]
    baseline_measurements = [_without_ignored(run, policy) for run in baseline_runs]
    alpha, miss_rate = _errors(runs, policy, promise)
    costs: tuple[CostResult, ...] = ()
    if method == "duet" and part == "alone":
        costs = compare_costs(_pairs(measurements), policy, SHARE * alpha, miss_rate)
        alpha *= 1 - SHARE if costs else 1
    results = _compare(method, baseline_measurements, measurements, policy, (alpha, miss_rate))
    environment_changes = (
        _environment_changes(baseline_runs[-1], rounds[-1].candidate) if baseline_runs else {}
    )
    if part == "load":
        results = tuple(_at_rate(result, rounds) for result in results)
    with_limits = [_with_limits(result, environment_changes, policy) for result in results]
    late = _late_steps(rounds, policy)
    certain = [each for each in late if each.certain]
    today, revision = datetime.now(UTC).date(), _baseline_revision(rounds, baseline_runs)
    in_force = acceptance.in_force(policy.accepted, revision, today)
    accepted = [acceptance.apply(result, in_force) for result in with_limits]
    operations = verdict.sort_operations(_with_late_answers(result, certain) for result in accepted)
    about_runs = (
        *selection.findings,
        *run_findings.collect(rounds, baseline_runs, policy),
        *_of_reference(
            method, baseline_measurements, measurements, policy, alpha, alike=not environment_changes
        ),
        *acceptance.findings(policy.accepted, revision, today),
    )
    findings = run_findings.by_severity((*incidents, *run_findings.with_late_answers(about_runs, late)))
    outcome = verdict.outcome((*(each.verdict for each in operations), *_decisive(costs)), findings)
    matchers = [labels for each in rounds for labels in each.matchers]
    result = GateResult(
        outcome=outcome,
        sentence=verdict.sentence(outcome, operations, findings, costs),
        scope=scope([each.record for each in rounds], operations),
        method=method,
        operations=operations,
        costs=costs,
        bounds=to_shared_bounds([*baseline_measurements, *measurements])[0].bounds,
        findings=findings,
        reconciliation=tuple(row for each in rounds for side in each.sides for row in side.reconciliation),
        runs=tuple(each.record for each in rounds),
        baseline_runs=tuple(run.run_id for run in baseline_runs),
        baseline_revisions=tuple(dict.fromkeys(run.revision for run in baseline_runs if run.revision)),
        environment_changes=environment_changes,
        policy=asked.as_mapping(),
        false_alarm_rate=policy.false_alarm_rate,
        over_time=over_time(measurements[0]) if method == "stored" and len(rounds) == 1 else (),
        seconds=sum(each.record.window.duration for each in rounds),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        queries={}
        if policy.by_client
        else {
            each.operation.name: report_queries.queries(each.operation, policy.metrics, matchers)
            for each in operations
        },
    )
    pairs = _pairs(measurements) if method == "duet" else []
    return replace(
        result,
        reasons=next_steps.reasons(result, policy),
        next_steps=next_steps.next_steps(result, pairs, policy),
        overall=overall_change(duet_results.lay_out(pairs))
        if operations and pairs and part == "alone"
        else None,
    )


def _decisive(costs: Sequence[CostResult]) -> list[Verdict]:
    """A cost that rose makes a gate red. One that is not known holds no pass up: it is shown as such."""
    return [each.verdict for each in costs if each.verdict is Verdict.REGRESSED]


def _compare(
    method: Literal["duet", "stored"],
    baseline: Sequence[RunMeasurement],
    measurements: Sequence[RunMeasurement],
    policy: Policy,
    errors: tuple[float, float],
) -> tuple[OperationResult, ...]:
    if not _is_measured(measurements):
        return ()
    if method == "duet":
        return duet_results.compare(_pairs(measurements), policy, *errors)
    if baseline:
        return stored_results.compare(baseline, measurements, policy, errors[0])
    return judge_limits(measurements, policy)


def _is_measured(measurements: Sequence[RunMeasurement]) -> bool:
    return all(len(run.slice_edges) >= MIN_SCRAPES for run in measurements) and any(
        run.measurements for run in measurements
    )


def _of_reference(
    method: Literal["duet", "stored"],
    baseline: Sequence[RunMeasurement],
    measurements: Sequence[RunMeasurement],
    policy: Policy,
    alpha: float,
    *,
    alike: bool,
) -> tuple[Finding, ...]:
    if method == "duet" or not baseline or not _is_measured(measurements):
        return ()
    return tuple(stored_results.findings(baseline, measurements, policy, alpha, alike=alike))


def _pairs(measurements: Sequence[RunMeasurement]) -> list[tuple[RunMeasurement, RunMeasurement]]:
    """The rounds of a duet: baseline and candidate."""
    return list(zip(measurements[0::2], measurements[1::2], strict=True))


def _errors(runs: Sequence[MeasuredRun], policy: Policy, promise: float) -> tuple[float, float]:
    """What these runs may be judged with: the chance of a false alarm, and of a rise that is missed."""
    look = runs[-1].record.look
    if look is None or look.runs != tuple(each.record.run_id for each in runs):
        return promise * policy.false_alarm_rate, MISS_RATE
    return look.spent * policy.false_alarm_rate, look.missed


def _is_duet(rounds: Sequence[MeasuredRun], baseline: Baseline | None) -> bool:
    duets = [len(each.sides) > 1 for each in rounds]
    if any(duets) and not all(duets):
        raise UserError("runs of one service and duets cannot be judged together; give runs of one kind")
    if any(duets) and baseline is not None:
        raise UserError(
            f"run {rounds[0].record.run_id} is a duet: its baseline ran beside it; leave out --baseline"
        )
    return all(duets)


def _at_rate(result: OperationResult, rounds: Sequence[MeasuredRun]) -> OperationResult:
    """The result under load, which says at what rate."""
    rates = [each.record.arrivals.rate for each in rounds if each.record.arrivals]
    rate = f"At {figures.count(max(rates))} journeys/s: " if rates else ""
    text = result.explanation
    return replace(
        result, part="load", explanation=f"{rate}{text[:1].lower() if rate else text[:1]}{text[1:]}"
    )


def _part(runs: Sequence[MeasuredRun]) -> Part:
    parts = {each.record.part for each in runs}
    if len(parts) > 1:
        raise UserError(
            "runs of one user and runs under load cannot be judged together; give runs of one kind"
        )
    return runs[0].record.part


def _check_scenarios(rounds: Sequence[MeasuredRun], baseline_runs: Sequence[RunMeasurement]) -> None:
    names = sorted({each.record.scenario for each in rounds} | {run.scenario for run in baseline_runs})
    if len(names) > 1:
        raise UserError(f"runs of different scenarios cannot be compared: {', '.join(names)}")


def _baseline_revision(rounds: Sequence[MeasuredRun], baseline_runs: Sequence[RunMeasurement]) -> str | None:
    return baseline_runs[-1].revision if baseline_runs else rounds[-1].sides[0].revision


def _environment_changes(baseline: RunMeasurement, candidate: RunMeasurement) -> dict[str, tuple[str, str]]:
    return {
        **environments.changes(baseline.environment, candidate.environment),
        **environments.other_work(baseline.environment, candidate.environment),
        **environments.workload_changes(baseline.workload, candidate.workload),
    }


def _without_ignored(run: RunMeasurement, policy: Policy) -> RunMeasurement:
    measurements = {name: each for name, each in run.measurements.items() if not policy.of(name).ignore}
    return replace(run, measurements=measurements)


def _with_limits(
    result: OperationResult, changes: dict[str, tuple[str, str]], policy: Policy
) -> OperationResult:
    if changes:
        differences = "; ".join(f"{key}: {before}, now {now}" for key, (before, now) in changes.items())
        result = verdict.make_inconclusive(
            result, f"The baseline was measured elsewhere or otherwise ({differences})."
        )
    return limits.apply_limits(result, policy.of(result.operation.name))


def _late_steps(rounds: Sequence[MeasuredRun], policy: Policy) -> tuple[LateStep, ...]:
    steps = late_steps([each.record.targets for each in rounds])
    return tuple(each for each in steps if each.operation is None or not policy.of(each.operation).ignore)


def _with_late_answers(result: OperationResult, steps: Sequence[LateStep]) -> OperationResult:
    """Regressed, if the step that triggers it is late: few of its executions, or none, have ended."""
    for each in steps:
        if each.operation == result.operation.name:
            explanation = f"{each.finding().message}."
            return replace(result, verdict=Verdict.REGRESSED, explanation=explanation)
    return result
