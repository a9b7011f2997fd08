from dataclasses import replace

import pytest

from mario_perf.configuration.policy import Thresholds
from mario_perf.judgement import limits, verdict
from mario_perf.model import (
    Comparison,
    Estimate,
    Finding,
    Operation,
    OperationResult,
    Outcome,
    Quantile,
    Severity,
    Summary,
    Verdict,
)

INVALID = Finding("restart", Severity.INVALID, "the service was restarted; run again")


def _result(name: str, judged: Verdict, change: float = 0.0) -> OperationResult:
    comparison = Comparison(
        metric="latency",
        baseline=1.0,
        candidate=1 + change,
        change=Estimate(change, change, change, 0.99),
        threshold=0.03,
        detectable=0.05,
        gating=True,
        verdict=judged,
        explanation="why",
    )
    p95 = Quantile(0.049, 0.047, 0.053)
    summary = Summary(1000, 10.0, 0.02, {"exception": 20}, 0.01, p95, p95, p95, (0, 980, 0), ())
    return OperationResult(
        Operation("command", name), judged, f"{name} it is.", "latency", (comparison,), None, summary, 0.1
    )


def outcome_of(operations: list[OperationResult], findings: list[Finding]) -> Outcome:
    return verdict.outcome((each.verdict for each in operations), findings)


FASTER = _result("A", Verdict.IMPROVED, -0.2)
SAME = _result("B", Verdict.UNCHANGED)
OPEN = _result("C", Verdict.INCONCLUSIVE, 0.04)
SLOWER = _result("D", Verdict.REGRESSED, 0.2)
MUCH_SLOWER = _result("E", Verdict.REGRESSED, 0.9)


@pytest.mark.parametrize(
    ("operations", "findings", "expected"),
    [
        ([SAME, FASTER], [], Outcome.PASS),
        ([SAME, OPEN], [], Outcome.INCONCLUSIVE),
        ([SAME, OPEN, SLOWER], [], Outcome.REGRESSED),
        ([SAME, SLOWER], [INVALID], Outcome.INVALID),
        ([SAME], [replace(INVALID, severity=Severity.WARNING)], Outcome.PASS),
        ([], [], Outcome.INCONCLUSIVE),
    ],
)
def test_the_worst_decides_and_an_invalid_run_is_not_judged(
    operations: list[OperationResult], findings: list[Finding], expected: Outcome
) -> None:
    assert outcome_of(operations, findings) is expected


def test_what_matters_comes_first() -> None:
    ordered = verdict.sort_operations([SAME, SLOWER, FASTER, OPEN, MUCH_SLOWER])
    assert [result.operation.name for result in ordered] == ["E", "D", "C", "A", "B"]


@pytest.mark.parametrize(
    ("operations", "findings", "said"),
    [
        ([MUCH_SLOWER, SLOWER, SAME], [], "E, D regressed. E: typical time +90.0 %."),
        ([OPEN, SAME], [], "No clear answer for 1 of 2 operations."),
        ([FASTER, SAME], [], "No regression in 2 operations. A improved."),
        ([SAME], [], "No regression in 1 operation."),
        ([SAME], [INVALID], "The run cannot be judged: the service was restarted; run again."),
        ([], [], "No verdict: no operation was executed in the window."),
    ],
)
def test_the_sentence_says_what_happened_to_whom(
    operations: list[OperationResult], findings: list[Finding], said: str
) -> None:
    assert verdict.sentence(outcome_of(operations, findings), operations, findings) == said


def test_undecided_keeps_the_figures_and_concludes_nothing() -> None:
    left = verdict.make_inconclusive(SLOWER, "elsewhere")
    assert (left.verdict, left.explanation) == (Verdict.INCONCLUSIVE, "elsewhere")
    assert left.comparisons[0].change == SLOWER.comparisons[0].change
    assert left.comparisons[0].verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(0.06, Verdict.UNCHANGED), (0.05, Verdict.INCONCLUSIVE), (0.04, Verdict.REGRESSED)],
)
def test_a_limit_of_p95_is_judged_by_what_the_buckets_know(limit: float, expected: Verdict) -> None:
    judged = limits.apply_limits(SAME, Thresholds(p95=limit))
    assert (judged.verdict, judged.comparisons[-1].against) == (expected, "limit")
    assert "p95 lies between 47 ms and 53 ms" in judged.comparisons[-1].explanation


@pytest.mark.parametrize(("limit", "expected"), [(0.02, Verdict.UNCHANGED), (0.019, Verdict.REGRESSED)])
def test_a_limit_of_the_error_ratio_is_exact(limit: float, expected: Verdict) -> None:
    judged = limits.apply_limits(SAME, Thresholds(error_ratio=limit))
    assert judged.verdict is expected
    assert judged.decided_by == ("error_ratio" if expected is Verdict.REGRESSED else "latency")


def test_a_limit_is_not_kept_by_too_few_samples() -> None:
    judged = limits.apply_limits(SAME, Thresholds(p95=1.0, error_ratio=1.0, min_samples=1001))
    assert [check.verdict for check in judged.comparisons[1:]] == [Verdict.INCONCLUSIVE] * 2
    assert judged.verdict is Verdict.INCONCLUSIVE


def test_a_kept_limit_does_not_excuse_a_regression() -> None:
    judged = limits.apply_limits(SLOWER, Thresholds(p95=1.0))
    assert (judged.verdict, judged.explanation) == (Verdict.REGRESSED, SLOWER.explanation)


def test_a_broken_limit_speaks_before_what_could_not_be_told() -> None:
    assert limits.apply_limits(OPEN, Thresholds(p95=0.01)).decided_by == "p95"


def test_without_limits_nothing_changes() -> None:
    assert limits.apply_limits(SAME, Thresholds()) == SAME
