"""The one judge: from measured runs to an outcome, for all commands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mario_perf import figures
from mario_perf.comparison.over_time import over_time
from mario_perf.comparison.rebin import to_shared_bounds
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
from mario_perf.judgement.machine_spread import UNKNOWN
from mario_perf.judgement.measured_part import gather
from mario_perf.judgement.overall_change import overall_change
from mario_perf.judgement.scope import scope
from mario_perf.model import GateResult, Verdict
from mario_perf.sources import report_queries
from mario_perf.statistics.multiplicity import MISS_RATE
from mario_perf.validity import environments, reference_checks
from mario_perf.validity.late_answers import late_steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mario_perf.baselines.stored_baselines import Baseline
    from mario_perf.configuration.policy import Policy
    from mario_perf.judgement.machine_spread import MachineSpread
    from mario_perf.judgement.measured_part import MeasuredPart
    from mario_perf.measurement.measured_run import MeasuredRun
    from mario_perf.model import CostResult, Finding, OperationResult
    from mario_perf.validity.late_answers import LateStep


def conclude(
    runs: Sequence[MeasuredRun],
    baseline: Baseline | None,
    policy: Policy,
    incidents: Sequence[Finding] = (),
    promise: float = 1.0,
    spread: MachineSpread = UNKNOWN,
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
        spread: how far kinds of machines lie apart, for a policy that compares across them.

    Raises:
        UserError: Runs of different kinds or parts, a duet with a baseline, or another scenario.
    """
    part = gather(runs, baseline, policy, spread)
    alpha, miss_rate = _errors(runs, policy, promise)
    costs = _costs(part, alpha, miss_rate)
    if costs:
        alpha *= 1 - SHARE
    late = _late_steps(part)
    today = datetime.now(UTC).date()
    results = _with_limits(_compare(part, alpha, miss_rate), part)
    in_force = acceptance.in_force(policy.accepted, part.revision, today)
    costs = tuple(
        sorted(
            (acceptance.apply_to_cost(each, in_force) for each in costs),
            key=lambda each: each.verdict is not Verdict.REGRESSED,
        )
    )
    operations = verdict.sort_operations(
        _with_late_answers(acceptance.apply(each, in_force), late) for each in results
    )
    about_runs = (
        *part.left_out,
        *run_findings.collect(part.rounds, part.kept_runs, part.policy),
        *_of_reference(part, alpha),
        *acceptance.findings(policy, part.revision, today, costs=part.kind == "alone"),
    )
    findings = run_findings.by_severity((*incidents, *run_findings.with_late_answers(about_runs, late)))
    result = _result(part, operations, costs, findings)
    pairs = part.pairs
    return replace(
        result,
        policy=policy.as_mapping(),
        reasons=next_steps.reasons(result, part.policy),
        next_steps=next_steps.next_steps(result, pairs, part.policy),
        overall=overall_change(duet_results.lay_out(pairs))
        if operations and pairs and part.kind == "alone"
        else None,
    )


def _errors(runs: Sequence[MeasuredRun], policy: Policy, promise: float) -> tuple[float, float]:
    """What these runs may be judged with: the chance of a false alarm, and of a rise that is missed."""
    look = runs[-1].record.look
    if look is None or look.runs != tuple(each.record.run_id for each in runs):
        return promise * policy.false_alarm_rate, MISS_RATE
    return look.spent * policy.false_alarm_rate, look.missed


def _costs(part: MeasuredPart, alpha: float, miss_rate: float) -> tuple[CostResult, ...]:
    if part.method != "duet" or part.kind != "alone":
        return ()
    return compare_costs(part.pairs, part.policy, SHARE * alpha, miss_rate)


def _compare(part: MeasuredPart, alpha: float, miss_rate: float) -> tuple[OperationResult, ...]:
    policy, measurements = part.policy, part.measurements
    if not part.is_measured:
        return ()
    if part.method == "duet":
        return duet_results.compare(part.pairs, policy, alpha, miss_rate)
    if part.baseline:
        return stored_results.compare(part.baseline, measurements, policy, alpha, part.apart)
    return judge_limits(measurements, policy)


def _of_reference(part: MeasuredPart, alpha: float) -> Iterator[Finding]:
    if part.baseline and part.is_measured:
        if apart := part.apart:
            resolution = part.policy.thresholds.latency_resolution
            yield reference_checks.across_machines(
                part.machine_changes, apart, part.spread.source, resolution
            )
        yield from stored_results.findings(
            part.baseline,
            part.measurements,
            part.policy,
            alpha,
            alike=not part.environment_changes or apart > 0,
            apart=apart,
        )


def _with_limits(results: Sequence[OperationResult], part: MeasuredPart) -> Iterator[OperationResult]:
    changes = {} if part.apart else part.environment_changes
    for each in results:
        result = _at_rate(each, part.rounds) if part.kind == "load" else each
        if changes:
            result = verdict.make_inconclusive(result, _measured_otherwise(changes))
        yield limits.apply_limits(result, part.policy.of(result.operation.name))


def _measured_otherwise(changes: Mapping[str, tuple[str, str]]) -> str:
    return f"The baseline was measured elsewhere or otherwise ({environments.listed_changes(changes)})."


def _at_rate(result: OperationResult, rounds: Sequence[MeasuredRun]) -> OperationResult:
    """The result under load, which says at what rate."""
    rates = [each.record.rate for each in rounds if each.record.rate]
    rate = f"At {figures.count(max(rates))} journeys/s: " if rates else ""
    text = result.explanation
    return replace(
        result, part="load", explanation=f"{rate}{text[:1].lower() if rate else text[:1]}{text[1:]}"
    )


def _late_steps(part: MeasuredPart) -> tuple[LateStep, ...]:
    steps, policy = late_steps([each.record.targets for each in part.rounds]), part.policy
    return tuple(each for each in steps if each.operation is None or not policy.of(each.operation).ignore)


def _with_late_answers(result: OperationResult, steps: Sequence[LateStep]) -> OperationResult:
    """Regressed, if the step that triggers it is surely late: few of its executions, or none, have ended."""
    for each in steps:
        if each.certain and each.operation == result.operation.name:
            explanation = f"{each.finding().message}."
            return replace(result, verdict=Verdict.REGRESSED, explanation=explanation)
    return result


def _result(
    part: MeasuredPart,
    operations: tuple[OperationResult, ...],
    costs: tuple[CostResult, ...],
    findings: tuple[Finding, ...],
) -> GateResult:
    """The result, yet without advice."""
    rounds, measurements = part.rounds, part.measurements
    outcome = verdict.outcome((*(each.verdict for each in operations), *_decisive(costs)), findings)
    return GateResult(
        outcome=outcome,
        sentence=verdict.sentence(outcome, operations, findings, costs),
        scope=scope([each.record for each in rounds], operations),
        method=part.method,
        operations=operations,
        costs=costs,
        bounds=to_shared_bounds([*part.baseline, *measurements])[0].bounds,
        findings=findings,
        reconciliation=tuple(row for each in rounds for side in each.sides for row in side.reconciliation),
        runs=tuple(each.record for each in rounds),
        baseline_runs=tuple(run.run_id for run in part.kept_runs),
        baseline_revisions=tuple(dict.fromkeys(run.revision for run in part.kept_runs if run.revision)),
        environment_changes=part.environment_changes,
        policy=part.policy.as_mapping(),
        false_alarm_rate=part.policy.false_alarm_rate,
        over_time=over_time(measurements[0]) if part.method == "stored" and len(rounds) == 1 else (),
        reference=stored_results.reference_beside(measurements) if part.method == "stored" else None,
        seconds=sum(each.record.window.duration for each in rounds),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        queries=_queries(part, operations),
    )


def _decisive(costs: Sequence[CostResult]) -> list[Verdict]:
    """A cost that rose makes a gate red. One that is not known holds no pass up: it is shown as such."""
    return [each.verdict for each in costs if each.verdict is Verdict.REGRESSED]


def _queries(part: MeasuredPart, operations: Sequence[OperationResult]) -> dict[str, dict[str, str]]:
    if part.policy.by_client:
        return {}
    matchers = [labels for each in part.rounds for labels in each.matchers]
    return {
        each.operation.name: report_queries.queries(each.operation, part.policy.metrics, matchers)
        for each in operations
    }
