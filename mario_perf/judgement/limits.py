"""Absolute limits: what holds whatever the baseline was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from mario_perf.figures import percent, seconds
from mario_perf.model import Comparison, Estimate, OperationResult, Summary, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.configuration.policy import Thresholds

_BY_WEIGHT = (Verdict.REGRESSED, Verdict.INCONCLUSIVE)
_OF_THE_SAMPLE = 1.0
"""Confidence of a limit's interval: the sample's own figure is known, and a limit needs no forecast."""


def applied(result: OperationResult, thresholds: Thresholds) -> OperationResult:
    """The result with the limits' comparisons; a limit that is broken or cannot be told speaks for it."""
    if result.candidate is None:
        return result
    checks = tuple(_checks(result.candidate, thresholds))
    spoken = next((check for verdict in _BY_WEIGHT for check in checks if check.verdict is verdict), None)
    result = replace(result, comparisons=(*result.comparisons, *checks))
    if spoken is None or _weight(spoken.verdict) >= _weight(result.verdict):
        return result
    return replace(result, verdict=spoken.verdict, explanation=spoken.explanation, decided_by=spoken.metric)


def _weight(verdict: Verdict) -> int:
    return _BY_WEIGHT.index(verdict) if verdict in _BY_WEIGHT else len(_BY_WEIGHT)


def _checks(summary: Summary, thresholds: Thresholds) -> Iterator[Comparison]:
    if thresholds.p95 is not None:
        yield _p95(summary, thresholds.p95, thresholds.min_samples)
    if thresholds.error_ratio is not None:
        yield _error_ratio(summary, thresholds.error_ratio, thresholds.min_samples)


def _p95(summary: Summary, limit: float, min_samples: int) -> Comparison:
    p95 = summary.p95
    span = f"p95 lies between {seconds(p95.low)} and {seconds(p95.high)}"
    if sum(summary.histogram) < min_samples:
        verdict, why = Verdict.INCONCLUSIVE, f"too few successes for a p95: {sum(summary.histogram)}"
    elif p95.low >= limit:
        verdict, why = Verdict.REGRESSED, f"{span}, above the limit of {seconds(limit)}"
    elif p95.high <= limit:
        verdict, why = Verdict.UNCHANGED, f"{span}, within the limit of {seconds(limit)}"
    else:
        verdict = Verdict.INCONCLUSIVE
        why = f"{span}: the buckets cannot tell on which side of the limit of {seconds(limit)}"
    change = Estimate(p95.value / limit - 1, p95.low / limit - 1, p95.high / limit - 1, _OF_THE_SAMPLE)
    return _comparison("p95", (limit, p95.value), change, (verdict, why))


def _error_ratio(summary: Summary, limit: float, min_samples: int) -> Comparison:
    ratio = summary.error_ratio
    if summary.executions < min_samples:
        verdict, why = Verdict.INCONCLUSIVE, f"too few executions for an error ratio: {summary.executions}"
    elif ratio > limit:
        verdict, why = (
            Verdict.REGRESSED,
            f"{percent(ratio)} failed, above the limit of {percent(limit)}",
        )
    else:
        verdict, why = (
            Verdict.UNCHANGED,
            f"{percent(ratio)} failed, within the limit of {percent(limit)}",
        )
    change = Estimate(ratio - limit, ratio - limit, ratio - limit, _OF_THE_SAMPLE)
    return _comparison("error_ratio", (limit, ratio), change, (verdict, why))


def _comparison(
    metric: Literal["p95", "error_ratio"],
    values: tuple[float, float],
    change: Estimate,
    judged: tuple[Verdict, str],
) -> Comparison:
    return Comparison(
        metric=metric,
        baseline=values[0],
        candidate=values[1],
        change=change,
        threshold=0.0,
        detectable=0.0,
        gating=True,
        verdict=judged[0],
        explanation=f"{judged[1]}.",
        against="limit",
    )
