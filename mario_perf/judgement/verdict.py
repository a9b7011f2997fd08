"""From operations and findings to the gate's answer: outcome, sentence, order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mario_perf import figures
from mario_perf.errors import counted, listed
from mario_perf.metric_catalogue import METRICS
from mario_perf.model import Outcome, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mario_perf.model import CostResult, Finding, OperationResult

_ORDER = (
    Verdict.REGRESSED,
    Verdict.INCONCLUSIVE,
    Verdict.ACCEPTED,
    Verdict.IMPROVED,
    Verdict.UNCHANGED,
    Verdict.RECORDED,
)


_MOST_COSTS = 2
"""That a gate's answer names; its reports have all."""


def outcome(verdicts: Iterable[Verdict], findings: Iterable[Finding] = ()) -> Outcome:
    """Of everything that was judged. Invalid runs are not judged, and nothing measured is nothing known."""
    verdicts = set(verdicts)
    severities = {finding.severity for finding in findings}
    if Severity.INVALID in severities:
        return Outcome.INVALID
    if Verdict.REGRESSED in verdicts or Severity.REGRESSED in severities:
        return Outcome.REGRESSED
    if not verdicts or Verdict.INCONCLUSIVE in verdicts:
        return Outcome.INCONCLUSIVE
    if verdicts == {Verdict.RECORDED}:
        return Outcome.RECORDED
    return Outcome.PASS


def sentence(
    outcome: Outcome,
    operations: Sequence[OperationResult],
    findings: Sequence[Finding],
    costs: Sequence[CostResult] = (),
) -> str:
    """The gate's answer in plain words; ``operations`` are sorted by what matters."""
    if outcome is Outcome.INVALID:
        reasons = [finding.message for finding in findings if finding.severity is Severity.INVALID]
        return f"The run cannot be judged: {reasons[0]}."
    if regressed := [finding for finding in findings if finding.severity is Severity.REGRESSED]:
        return f"{regressed[0].message}."
    if not operations:
        return "No verdict: no operation was executed in the window."
    risen = [each.explanation for each in costs if each.verdict is Verdict.REGRESSED]
    if risen and not any(each.verdict is Verdict.REGRESSED for each in operations):
        return " ".join(risen[:_MOST_COSTS])
    accepted = [each.name for each in costs if each.verdict is Verdict.ACCEPTED]
    return " ".join((_judged_sentence(outcome, operations, accepted), *risen[:_MOST_COSTS]))


def _judged_sentence(
    outcome: Outcome, operations: Sequence[OperationResult], accepted_costs: Sequence[str]
) -> str:
    match outcome:
        case Outcome.REGRESSED:
            return _regressed_sentence([each for each in operations if each.verdict is Verdict.REGRESSED])
        case Outcome.RECORDED:
            return f"{_count(operations)} recorded: there is no baseline and no limit to judge by."
        case Outcome.INCONCLUSIVE:
            still_open = [each for each in operations if each.verdict is Verdict.INCONCLUSIVE]
            text = f"No clear answer for {len(still_open)} of {_count(operations)}."
            return f"{text}{_beside_accepted(still_open)}"
        case _:
            return _passed_sentence(operations, accepted_costs)


def _beside_accepted(still_open: Sequence[OperationResult]) -> str:
    """What is open of operations with an accepted rise. Begins with a space."""
    names = [
        f"{each.title} ({METRICS[decisive.metric].title})"
        for each in still_open
        if (decisive := each.decisive_comparison)
        and any(check.verdict is Verdict.ACCEPTED for check in each.comparisons)
    ]
    return f" What perf.toml accepts is taken out; still open beside it: {listed(names)}." if names else ""


def _passed_sentence(operations: Sequence[OperationResult], accepted_costs: Sequence[str]) -> str:
    if not any(check.against == "baseline" for each in operations for check in each.comparisons):
        limited = [each for each in operations if each.comparisons]
        without = len(operations) - len(limited)
        return f"{_count(limited)} within the limits{f', {without} without a limit' if without else ''}."
    accepted = [each.title for each in operations if each.verdict is Verdict.ACCEPTED]
    better = [each for each in operations if each.verdict is Verdict.IMPROVED]
    parts = " alone and under load" if len({each.part for each in operations}) > 1 else ""
    number = len({each.operation for each in operations})
    sentences = [f"No regression in {counted(number, 'operation')}{parts}."]
    if accepted or accepted_costs:
        sentences = [f"No regression but what perf.toml accepts: {listed((*accepted, *accepted_costs))}."]
    return " ".join((*sentences, *([f"{_names(better)} improved."] if better else [])))


def _regressed_sentence(regressed: Sequence[OperationResult]) -> str:
    """Who, and the worst figure."""
    worst = regressed[0]
    check = worst.decisive_comparison
    if check is None or check.verdict is not Verdict.REGRESSED:
        return f"{_names(regressed)} regressed. {worst.explanation}"
    metric, against = METRICS[check.metric], " against the limit" * (check.against == "limit")
    change = figures.change(check.change.value, share=metric.share)
    return f"{_names(regressed)} regressed. {worst.title}: {metric.title}{against} {change}."


def _count(operations: Sequence[OperationResult]) -> str:
    return counted(len(operations), "operation")


def sort_operations(operations: Iterable[OperationResult]) -> tuple[OperationResult, ...]:
    """What matters first: by verdict, then the largest change of the metric that decided, then the name."""
    return tuple(
        sorted(
            operations,
            key=lambda each: (_ORDER.index(each.verdict), -_decisive_change(each), each.operation.name),
        )
    )


def make_inconclusive(result: OperationResult, explanation: str) -> OperationResult:
    """The same figures, from which nothing is concluded."""
    return replace(
        result,
        verdict=Verdict.INCONCLUSIVE,
        explanation=explanation,
        comparisons=tuple(
            replace(each, verdict=Verdict.INCONCLUSIVE) if each.against == "baseline" else each
            for each in result.comparisons
        ),
    )


def _decisive_change(result: OperationResult) -> float:
    changes = [each.change.value for each in result.comparisons if each.metric == result.decided_by]
    return max((abs(change) for change in changes if abs(change) < float("inf")), default=0.0)


def _names(results: Sequence[OperationResult]) -> str:
    return listed(result.title for result in results)
