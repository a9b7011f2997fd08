"""One answer from the two parts of a gate: alone, and under load."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from mario_perf import figures
from mario_perf.judgement import run_findings, suspicion, verdict
from mario_perf.metric_catalogue import METRICS, Kind
from mario_perf.model import Outcome, Severity, Verdict
from mario_perf.validity.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mario_perf.model import Finding, GateResult, OperationResult
    from mario_perf.run_record import Part

NAMES: Final[dict[Part, str]] = {"alone": "Alone", "load": "Under load"}

_NOT_RISEN: Final = frozenset({Verdict.UNCHANGED, Verdict.IMPROVED})


def combine(results: Sequence[GateResult], not_played: Sequence[Finding] = ()) -> GateResult:
    """The answer of a gate that played the parts of ``results`` (at least one), alone first.

    Red where any of them is. A part under load that could not tell, or was ``not_played``, takes the pass of
    the part alone away only where something speaks against the candidate.
    """
    if len(results) == 1 and not not_played:
        return results[0]
    unseen = _unseen(results, not_played)
    parts = [_named(each) for each in _without_invalid(results)]
    all_operations = list(chain.from_iterable(e.operations for e in parts))
    operations = verdict.sort_operations(_explain_waits(all_operations))
    findings = run_findings.by_severity((*not_played, *chain.from_iterable(e.findings for e in parts)))
    outcome = parts[0].outcome if unseen else _outcome(parts, complete=not not_played)
    speaking = parts if unseen else [each for each in parts if each.outcome is outcome]
    return replace(
        parts[0],
        outcome=outcome,
        sentence=f"{parts[0].sentence} {unseen}"
        if unseen
        else _sentence(outcome, operations, parts, findings, not_played),
        scope="; ".join(f"{_part(e)}: {e.scope}" for e in parts if e.scope),
        operations=operations,
        findings=findings,
        reconciliation=tuple(chain.from_iterable(e.reconciliation for e in parts)),
        runs=tuple(chain.from_iterable(e.runs for e in parts)),
        seconds=sum(e.seconds for e in parts),
        reasons=tuple(chain.from_iterable(e.reasons for e in speaking)),
        next_steps=_next_steps(speaking) or ((suspicion.AGAIN,) if unseen else ()),
    )


def _unseen(results: Sequence[GateResult], not_played: Sequence[Finding]) -> str:
    """What the pass of the part alone leaves unseen under load; empty where that pass is not the gate's."""
    if results[0].outcome is not Outcome.PASS or any(map(Code.PART_FAILED.is_in, not_played)):
        return ""
    texts = [f"{each.message[:1].upper()}{each.message[1:]}." for each in not_played]
    texts += [suspicion.unseen_text(each) for each in results if suspicion.is_unseen(each)]
    return f"Under load: could not tell. {' '.join(texts)}" if texts else ""


def _next_steps(parts: Sequence[GateResult]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(each.next_steps for each in parts)))


def _part(result: GateResult) -> str:
    return NAMES[result.runs[-1].part].lower()


def _named(result: GateResult) -> GateResult:
    """Its findings with the name of the part, where they would be taken for those of both."""
    if result.runs[-1].part == "alone":
        return result
    name = _part(result)
    findings = (replace(each, message=f"{name}: {each.message}") for each in result.findings)
    return replace(result, findings=tuple(findings))


def _without_invalid(results: Sequence[GateResult]) -> Sequence[GateResult]:
    """What cannot be judged in one part says nothing of the other; if nothing can be judged, it stays so."""
    if all(each.outcome is Outcome.INVALID for each in results):
        return results
    return [_soften(each) if each.outcome is Outcome.INVALID else each for each in results]


def _soften(result: GateResult) -> GateResult:
    findings = tuple(
        replace(each, severity=Severity.WARNING) if each.severity is Severity.INVALID else each
        for each in result.findings
    )
    operations = tuple(verdict.make_inconclusive(each, result.sentence) for each in result.operations)
    return replace(
        result, outcome=Outcome.INCONCLUSIVE, scope="", findings=findings, operations=operations, costs=()
    )


def _outcome(parts: Sequence[GateResult], *, complete: bool) -> Outcome:
    outcomes = {each.outcome for each in parts}
    order = (Outcome.REGRESSED, Outcome.INVALID, Outcome.INCONCLUSIVE, Outcome.RECORDED, Outcome.PASS)
    worst = next(each for each in order if each in outcomes)
    return Outcome.INCONCLUSIVE if worst is Outcome.PASS and not complete else worst


def _sentence(
    outcome: Outcome,
    operations: Sequence[OperationResult],
    parts: Sequence[GateResult],
    findings: Sequence[Finding],
    not_played: Sequence[Finding],
) -> str:
    """The answer in plain words; where the parts differ, that of each."""
    if outcome is Outcome.INCONCLUSIVE:
        missing = [f"{each.message}." for each in not_played]
        return " ".join((*map(_part_sentence, parts), *missing))
    return verdict.sentence(outcome, operations, findings, parts[0].costs)


def _part_sentence(result: GateResult) -> str:
    suspected = suspicion.suspicion_text(result) if result.runs[-1].part == "load" else ""
    return f"{NAMES[result.runs[-1].part]}: {result.sentence}{suspected}"


def _explain_waits(operations: Sequence[OperationResult]) -> Iterable[OperationResult]:
    """Say of what became slower under load whether it works longer or waits: alone nothing waits."""
    alone = {each.operation: each.verdict for each in operations if each.part == "alone"}
    for each in operations:
        before = alone.get(each.operation)
        if each.part == "alone" or each.verdict is not Verdict.REGRESSED or not _waited(each):
            yield each
        elif before in _NOT_RISEN:
            yield replace(
                each, explanation=f"{each.explanation} Alone it is {before}{_service(each)}: it waits."
            )
        elif before is Verdict.REGRESSED:
            yield replace(each, explanation=f"{each.explanation} It is slower alone, too: it works longer.")
        else:
            yield each


def _service(one: OperationResult) -> str:
    """What the service says of its own time under load, where the client's decided."""
    decisive = one.decisive_comparison
    times = (each for each in one.comparisons if METRICS[each.metric].kind is Kind.DURATION)
    own = next((each for each in times if not METRICS[each.metric].client), None)
    if decisive is None or own is None or not METRICS[decisive.metric].client:
        return ""
    change = figures.change(own.change.value, share=False)
    return f", and under load its {METRICS[own.metric].title} in the service changed by {change}"


def _waited(one: OperationResult) -> bool:
    """Whether a time decided, not a share of failures."""
    check = one.decisive_comparison
    return check is not None and METRICS[check.metric].kind is Kind.DURATION
