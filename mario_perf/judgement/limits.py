"""Absolute limits: what holds whatever the baseline was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from mario_perf.figures import percent, seconds
from mario_perf.model import Comparison, Estimate, OperationResult, Summary, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.configuration.policy import Thresholds

_BY_SEVERITY = (Verdict.REGRESSED, Verdict.INCONCLUSIVE)
_SAMPLE_CONFIDENCE = 1.0
"""Confidence of a limit's interval: the sample's own figure is known, and a limit needs no forecast."""


def apply_limits(result: OperationResult, thresholds: Thresholds) -> OperationResult:
    """The result with the limits' comparisons; a limit that is broken, or not known to hold, decides."""
    if result.candidate is None:
        return result
    checks = tuple(_checks(result.candidate, thresholds))
    decisive = next((check for verdict in _BY_SEVERITY for check in checks if check.verdict is verdict), None)
    result = replace(result, comparisons=(*result.comparisons, *checks))
    if decisive is None or _weight(decisive.verdict) >= _weight(result.verdict):
        return result
    return replace(
        result, verdict=decisive.verdict, explanation=decisive.explanation, decided_by=decisive.metric
    )


def _weight(verdict: Verdict) -> int:
    return _BY_SEVERITY.index(verdict) if verdict in _BY_SEVERITY else len(_BY_SEVERITY)


def _checks(summary: Summary, thresholds: Thresholds) -> Iterator[Comparison]:
    if thresholds.p95 is not None:
        yield _p95(summary, thresholds.p95, thresholds.min_samples)
    if thresholds.error_ratio is not None:
        yield _error_ratio(summary, thresholds.error_ratio, thresholds.min_samples)


def _p95(summary: Summary, limit: float, min_samples: int) -> Comparison:
    p95 = summary.p95
    span = f"p95 lies between {seconds(p95.low)} and {seconds(p95.high)}"
    if sum(summary.histogram) < min_samples:
        verdict, reason = Verdict.INCONCLUSIVE, f"too few successes for a p95: {sum(summary.histogram)}"
    elif p95.low >= limit:
        verdict, reason = Verdict.REGRESSED, f"{span}, above the limit of {seconds(limit)}"
    elif p95.high <= limit:
        verdict, reason = Verdict.UNCHANGED, f"{span}, within the limit of {seconds(limit)}"
    else:
        verdict = Verdict.INCONCLUSIVE
        reason = f"{span}: the buckets cannot tell on which side of the limit of {seconds(limit)}"
    change = Estimate(p95.value / limit - 1, p95.low / limit - 1, p95.high / limit - 1, _SAMPLE_CONFIDENCE)
    return _comparison("p95", (limit, p95.value), change, (verdict, reason))


def _error_ratio(summary: Summary, limit: float, min_samples: int) -> Comparison:
    ratio = summary.error_ratio
    if summary.executions < min_samples:
        verdict, reason = Verdict.INCONCLUSIVE, f"too few executions for an error ratio: {summary.executions}"
    elif ratio > limit:
        verdict, reason = (
            Verdict.REGRESSED,
            f"{percent(ratio)} failed, above the limit of {percent(limit)}",
        )
    else:
        verdict, reason = (
            Verdict.UNCHANGED,
            f"{percent(ratio)} failed, within the limit of {percent(limit)}",
        )
    change = Estimate(ratio - limit, ratio - limit, ratio - limit, _SAMPLE_CONFIDENCE)
    return _comparison("error_ratio", (limit, ratio), change, (verdict, reason))


def _comparison(
    metric: Literal["p95", "error_ratio"],
    values: tuple[float, float],
    change: Estimate,
    decision: tuple[Verdict, str],
) -> Comparison:
    return Comparison(
        metric=metric,
        baseline=values[0],
        candidate=values[1],
        change=change,
        threshold=0.0,
        detectable=0.0,
        gating=True,
        verdict=decision[0],
        explanation=f"{decision[1]}.",
        against="limit",
    )
