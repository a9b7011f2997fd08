"""The one way from runs to a verdict, for the command line and for the gate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from mario_perf.comparison.rebin import to_shared_bounds
from mario_perf.errors import EmptyRunError, UserError
from mario_perf.judgement import duet_results, limits, stored_results, verdict
from mario_perf.judgement.limits_only import without_baseline
from mario_perf.measurement.measure import measure
from mario_perf.model import Finding, GateResult, Severity, Verdict
from mario_perf.runs import Run
from mario_perf.sources import report_queries
from mario_perf.sources.counters import FEWEST_SCRAPES
from mario_perf.sources.source import MetricSource
from mario_perf.validity import comparison_checks, environments
from mario_perf.validity.late_answers import late_steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mario_perf.baselines.stored_baselines import Baseline
    from mario_perf.configuration.policy import Policy
    from mario_perf.model import OperationResult, RunMeasurement
    from mario_perf.run_record import RunRecord
    from mario_perf.validity.late_answers import LateStep

_SEVERITIES = (Severity.REGRESSED, Severity.INVALID, Severity.WARNING, Severity.NOTE)

_GAP = "scrape-gap"
_SIDES = 2

SourceOf = Callable[[Run], MetricSource]


@dataclass(frozen=True, slots=True)
class Measured:
    """A run with what its services did: one measurement, or baseline and candidate of a duet.

    ``matchers`` are the labels of each side where its metrics came from a Prometheus.
    """

    record: RunRecord
    sides: tuple[RunMeasurement, ...]
    matchers: tuple[Mapping[str, str], ...] = ()

    @property
    def candidate(self) -> RunMeasurement:
        """The side that is judged."""
        return self.sides[-1]


def judge(runs: Sequence[Run], source_of: SourceOf, baseline: Baseline | None, policy: Policy) -> GateResult:
    """Measure runs (at least one) and judge them against a baseline, each other's sides, or limits alone.

    Raises:
        UserError: A run, its metrics or the baseline cannot be used.
    """
    return conclude([measured(run, source_of(run)) for run in runs], baseline, policy)


def measured(run: Run, source: MetricSource) -> Measured:
    """What the services of one run did; in a duet the baseline comes first.

    Raises:
        UserError: The run sent nothing, or its metrics cannot be read.
    """
    record = run.record
    if not any(step.started for target in record.targets for step in target.in_window):
        raise EmptyRunError(
            f"{run.directory}: the run sent no request in its window; run longer, or correct the host"
        )
    targets = sorted(record.targets, key=lambda target: target.side)
    sides = [measure(source.snapshots(target, record.whole_run), record, target) for target in targets]
    return Measured(
        record,
        _with_shared_gaps(sides),
        tuple(source.matchers(target) for target in targets),
    )


def _with_shared_gaps(sides: Sequence[RunMeasurement]) -> tuple[RunMeasurement, ...]:
    """A gap on both sides is a warning: what is compared are the scrapes at the window's edges."""
    gaps = [each for side in sides for each in side.findings if each.code == _GAP]
    if len(sides) < _SIDES or len(gaps) < len(sides):
        return tuple(sides)
    return tuple(
        replace(
            side,
            findings=tuple(
                replace(each, severity=Severity.WARNING) if each.code == _GAP else each
                for each in side.findings
            ),
        )
        for side in sides
    )


def conclude(
    rounds: Sequence[Measured], baseline: Baseline | None, policy: Policy, alpha: float | None = None
) -> GateResult:
    """Judge what was measured (at least one run).

    Args:
        rounds: runs, all duets or none.
        baseline: what to compare with; None for a duet, or for absolute limits alone.
        policy: thresholds.
        alpha: the chance of a false alarm that this look may spend; the policy's whole by default.

    Raises:
        UserError: Runs of both kinds, a duet with a baseline, or a baseline of another scenario.
    """
    method: Literal["duet", "stored"] = "duet" if _is_duet(rounds, baseline) else "stored"
    kept = baseline.runs if baseline else ()
    _check_scenarios(rounds, kept)
    now = [_without_ignored(side, policy) for each in rounds for side in each.sides]
    before = [_without_ignored(run, policy) for run in kept]
    spent = policy.false_alarm_rate if alpha is None else alpha
    results = _compared(method, before, now, policy, spent)
    changed = _changed(kept[-1], rounds[-1].candidate) if kept else {}
    limited = [_with_limits(result, changed, policy) for result in results]
    late = _late(rounds, policy)
    operations = verdict.in_order(_with_late_answers(result, late) for result in limited)
    told = _findings(rounds, kept, policy)
    if late:
        told = (*(each.finding() for each in late), *map(_no_obstacle, told))
    outcome = verdict.outcome(operations, told)
    asked = [labels for each in rounds for labels in each.matchers]
    return GateResult(
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


def _compared(
    method: Literal["duet", "stored"],
    before: Sequence[RunMeasurement],
    now: Sequence[RunMeasurement],
    policy: Policy,
    alpha: float,
) -> tuple[OperationResult, ...]:
    if any(len(run.slice_edges) < FEWEST_SCRAPES for run in now) or not any(run.measurements for run in now):
        return ()
    if method == "duet":
        return duet_results.compare(list(zip(now[0::2], now[1::2], strict=True)), policy, alpha)
    if before:
        return stored_results.compare(before, now, policy, alpha)
    return without_baseline(now, policy)


def _is_duet(rounds: Sequence[Measured], baseline: Baseline | None) -> bool:
    duets = [len(each.sides) > 1 for each in rounds]
    if any(duets) and not all(duets):
        raise UserError("runs of one service and duets cannot be judged together; give runs of one kind")
    if any(duets) and baseline is not None:
        raise UserError(
            f"run {rounds[0].record.run_id} is a duet: its baseline ran beside it; leave out --baseline"
        )
    return all(duets)


def _check_scenarios(rounds: Sequence[Measured], kept: Sequence[RunMeasurement]) -> None:
    names = sorted({each.record.scenario for each in rounds} | {run.scenario for run in kept})
    if len(names) > 1:
        raise UserError(f"runs of different scenarios cannot be compared: {', '.join(names)}")


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


def _late(rounds: Sequence[Measured], policy: Policy) -> tuple[LateStep, ...]:
    late = late_steps([each.record.targets for each in rounds])
    return tuple(each for each in late if each.operation is None or not policy.of(each.operation).ignore)


def _with_late_answers(result: OperationResult, late: Sequence[LateStep]) -> OperationResult:
    """Regressed, if the step that triggers it is late: few of its executions, or none, have ended."""
    for each in late:
        if each.operation == result.operation.name:
            said = f"{each.finding().message}."
            return replace(result, verdict=Verdict.REGRESSED, explanation=said)
    return result


def _no_obstacle(finding: Finding) -> Finding:
    """Late answers make a run unfit in many ways, and no way makes an answer come in time."""
    return replace(finding, severity=Severity.WARNING) if finding.severity is Severity.INVALID else finding


def _findings(
    rounds: Sequence[Measured], kept: Sequence[RunMeasurement], policy: Policy
) -> tuple[Finding, ...]:
    told: list[Finding] = []
    for each in rounds:
        for side in each.sides:
            told += _of_round(each, rounds, (*side.findings, *comparison_checks.drifting(side)))
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
    elif _is_duet(rounds, None):
        told += comparison_checks.late_generator([each.record for each in rounds])
        told += comparison_checks.other_packages(rounds[-1].record.targets)
        told += comparison_checks.one_round(len(rounds))
        told += comparison_checks.kept_processes([each.sides for each in rounds])
    return tuple(sorted(dict.fromkeys(told), key=lambda finding: _SEVERITIES.index(finding.severity)))


def _of_round(one: Measured, rounds: Sequence[Measured], findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, with where they were made if there are several rounds."""
    where = f"{one.record.run_id}: " if len(rounds) > 1 else ""
    return (replace(finding, message=where + finding.message) for finding in findings)
