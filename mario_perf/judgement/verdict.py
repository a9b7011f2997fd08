"""From operations and findings to the gate's answer: outcome, sentence, order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mario_perf.errors import listed
from mario_perf.model import Outcome, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mario_perf.model import Finding, OperationResult

_ORDER = (Verdict.REGRESSED, Verdict.INCONCLUSIVE, Verdict.IMPROVED, Verdict.UNCHANGED)


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
    return Outcome.PASS


def sentence(outcome: Outcome, operations: Sequence[OperationResult], findings: Sequence[Finding]) -> str:
    """The gate's answer in plain words; ``operations`` are sorted by what matters."""
    if outcome is Outcome.INVALID:
        reasons = [finding.message for finding in findings if finding.severity is Severity.INVALID]
        return f"The run cannot be judged: {reasons[0]}."
    if regressed := [finding for finding in findings if finding.severity is Severity.REGRESSED]:
        return f"{regressed[0].message}."
    if not operations:
        return "No verdict: no operation was executed in the window."
    if outcome is Outcome.REGRESSED:
        decisive = [result for result in operations if result.verdict is Verdict.REGRESSED]
        return f"{_names(decisive)} regressed. {decisive[0].explanation}"
    if outcome is Outcome.INCONCLUSIVE:
        decisive = [result for result in operations if result.verdict is Verdict.INCONCLUSIVE]
        return f"No clear answer for {_names(decisive)}. {decisive[0].explanation}"
    better = [result for result in operations if result.verdict is Verdict.IMPROVED]
    improved = f" {_names(better)} improved." if better else ""
    return f"No regression in {len(operations)} operation{'s' * (len(operations) != 1)}.{improved}"


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
    return listed(result.operation.name for result in results)
