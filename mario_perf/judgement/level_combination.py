"""One answer from a gate at several levels of load: each level's own, and what the curves say."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from mario_perf import figures
from mario_perf.errors import listed
from mario_perf.judgement import load_curves, next_steps, run_findings, suspicion, verdict
from mario_perf.judgement.judge import conclude
from mario_perf.judgement.measured_part import gather
from mario_perf.judgement.scope import scope
from mario_perf.metric_catalogue import RESPONSE_TIME
from mario_perf.model import Outcome, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mario_perf.configuration.policy import Policy
    from mario_perf.judgement.measured_part import MeasuredPart
    from mario_perf.measurement.measured_run import MeasuredRun
    from mario_perf.model import Finding, GateResult, LoadCurve, OperationResult

_MORE: Final = "Give more time with --max-duration, or fewer levels, on a quiet machine."
"""What helps where the answer is not clear."""


def rates(runs: Sequence[MeasuredRun]) -> list[float]:
    """The levels of load at which two builds took turns, ascending; of other runs none."""
    under_load = (each for each in runs if each.record.part == "load")
    return sorted({rate for each in under_load if (rate := each.record.rate) is not None})


def judge_levels(
    runs: Sequence[MeasuredRun],
    policy: Policy,
    incidents: Sequence[Finding] = (),
    capacity: float | None = None,
) -> GateResult:
    """Judge rounds under load at several rates: each level by itself, and the curves.

    A level that cannot be judged says nothing of the builds, and the others are judged all the same.

    Args:
        runs: rounds of two builds in turns, at least one.
        policy: thresholds.
        incidents: what ended further rounds.
        capacity: journeys a second that the baseline carries, where levels are shares of it.

    Raises:
        UserError: Runs of different kinds or scenarios.
    """
    by_rate = {rate: [each for each in runs if each.record.rate == rate] for rate in rates(runs)}
    promise = (1 - load_curves.PART) / len(by_rate)
    results = {rate: conclude(those, None, policy, promise=promise) for rate, those in by_rate.items()}
    judged = {rate: each for rate, each in results.items() if each.outcome is not Outcome.INVALID}
    if not judged:
        first = next(iter(results.values()))
        return replace(first, findings=(*incidents, *first.findings))
    parts = [gather(by_rate[rate], None, policy) for rate in judged]
    curves = load_curves.curves(parts, policy, capacity)
    operations = _operations(judged.values(), curves)
    return _combined(results, parts, operations, curves, incidents)


def _operations(results: Iterable[GateResult], curves: Sequence[LoadCurve]) -> tuple[OperationResult, ...]:
    """Of each operation the worst level's answer, and what its curve says."""
    by_name = {each.operation: each for each in curves}
    # Of equal answers that of the highest level stands: there the most would have shown.
    everything = [one for each in reversed([*results]) for one in each.operations]
    worst: dict[str, OperationResult] = {}
    for one in verdict.sort_operations(everything):
        worst.setdefault(one.operation.name, one)
    accepted = {one.operation.name for one in everything if one.verdict is Verdict.ACCEPTED}
    return verdict.sort_operations(
        one if name in accepted else _with_curve(one, by_name.get(name)) for name, one in worst.items()
    )


def _with_curve(one: OperationResult, curve: LoadCurve | None) -> OperationResult:
    if curve is None or not curve.shape.is_worse:
        return one
    if one.verdict is Verdict.REGRESSED:
        return replace(one, explanation=f"{one.explanation} {curve.explanation}")
    return replace(one, verdict=Verdict.REGRESSED, decided_by=RESPONSE_TIME, explanation=curve.explanation)


def _combined(
    results: Mapping[float, GateResult],
    parts: Sequence[MeasuredPart],
    operations: tuple[OperationResult, ...],
    curves: tuple[LoadCurve, ...],
    incidents: Sequence[Finding],
) -> GateResult:
    judged = [each for each in results.values() if each.outcome is not Outcome.INVALID]
    findings = run_findings.by_severity((*incidents, *_findings(results)))
    unseen = _unseen(results)
    outcome = _outcome(operations, findings, results, unseen)
    whole = replace(
        judged[-1],
        outcome=outcome,
        sentence=f"{_passed_sentence(results)} {unseen}"
        if outcome is Outcome.PASS and unseen
        else _sentence(outcome, operations, findings, results, curves),
        scope=scope([run for each in judged for run in each.runs], operations),
        operations=operations,
        findings=findings,
        reconciliation=tuple(chain.from_iterable(each.reconciliation for each in results.values())),
        runs=tuple(chain.from_iterable(each.runs for each in results.values())),
        seconds=sum(each.seconds for each in results.values()),
        load_curves=curves,
    )
    in_force = parts[-1].policy
    pairs = [pair for each in parts for pair in each.pairs]
    # How long would be long enough is known of rounds at one level only.
    is_open = outcome is Outcome.INCONCLUSIVE or (outcome is Outcome.PASS and unseen)
    steps = (_MORE,) if is_open else next_steps.next_steps(whole, pairs, in_force)
    return replace(whole, reasons=next_steps.reasons(whole, in_force), next_steps=steps)


def _unseen(results: Mapping[float, GateResult]) -> str:
    """What the pass of some levels leaves unseen at all others; empty where it is not the gate's answer.

    Rounds at a high level lie far apart. A level that could not tell takes the pass of the others away only
    where something speaks against the candidate: the rule of the two parts of a gate.
    """
    still_open = {rate: each for rate, each in results.items() if each.outcome is not Outcome.PASS}
    if len(still_open) == len(results) or not all(map(suspicion.is_unseen, still_open.values())):
        return ""
    return " ".join(
        f"At {figures.number(rate)} journeys/s: could not tell. {suspicion.unseen_text(each)}"
        for rate, each in still_open.items()
    )


def _outcome(
    operations: Sequence[OperationResult],
    findings: Sequence[Finding],
    results: Mapping[float, GateResult],
    unseen: str,
) -> Outcome:
    outcome = verdict.outcome((each.verdict for each in operations), findings)
    if outcome is Outcome.INCONCLUSIVE and unseen:
        return Outcome.PASS
    lost = any(each.outcome is Outcome.INVALID for each in results.values())
    return Outcome.INCONCLUSIVE if outcome is Outcome.PASS and lost and not unseen else outcome


def _passed_sentence(results: Mapping[float, GateResult]) -> str:
    """What the highest level that passed says, and which levels did."""
    passed = {rate: each for rate, each in results.items() if each.outcome is Outcome.PASS}
    sentence = passed[max(passed)].sentence.removesuffix(".")
    return f"{sentence} at {listed(map(figures.number, passed))} journeys/s."


def _findings(results: Mapping[float, GateResult]) -> Iterator[Finding]:
    """Those of all levels once, the others with their rate; what makes a level unfit only warns of it."""
    everywhere = set.intersection(*({*each.findings} for each in results.values()))
    for rate, result in results.items():
        for each in result.findings:
            where = "" if each in everywhere else f"at {figures.number(rate)} journeys/s: "
            invalid = each.severity is Severity.INVALID
            severity = Severity.WARNING if invalid else each.severity
            yield replace(each, severity=severity, message=f"{where}{each.message}")


def _sentence(
    outcome: Outcome,
    operations: Sequence[OperationResult],
    findings: Sequence[Finding],
    results: Mapping[float, GateResult],
    curves: Sequence[LoadCurve],
) -> str:
    lost = [figures.number(rate) for rate, each in results.items() if each.outcome is Outcome.INVALID]
    without = f" Not judged: {listed(lost)} journeys/s; the findings say why." if lost else ""
    worse = [each.explanation for each in curves if each.shape.is_worse][:1]
    said = verdict.sentence(outcome, operations, findings)
    new = [each for each in worse if each not in said]
    return f"{' '.join((said, *new))}{without}"
