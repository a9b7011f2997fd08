"""Both sides' replicates in, one result an operation out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.model import Comparison, Estimate, OperationResult
from analysis.statistics import checks as make
from analysis.statistics import explain, metrics
from analysis.statistics.summary import summary
from analysis.statistics.verdicts import Decision, decide, family_size, of_operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.model import Metric, Operation
    from analysis.policy import Policy, Thresholds
    from analysis.statistics.change import Change
    from analysis.statistics.checks import Check
    from analysis.statistics.replicates import Replicates

    Floats = NDArray[np.float64]
    Comparing = Callable[[Floats, Floats, Floats], Change]


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared: the operations in the order of the arrays, and both sides."""

    operations: tuple[Operation, ...]
    baseline: Replicates
    candidate: Replicates
    failures: tuple[tuple[Mapping[str, int], Mapping[str, int]], ...]  # baseline's, candidate's


@dataclass(frozen=True, slots=True)
class Compared:
    """Every metric of every operation, before anything is decided."""

    changes: Mapping[Metric, Change]
    checks: Sequence[Check]

    def check(self, metric: Metric) -> Check:
        """Of one metric."""
        return next(check for check in self.checks if check.metric == metric)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the results are read from; arrays of shape ``(O,)``."""

    sides: Sides
    checks: Sequence[Check]
    decisions: Sequence[Decision]
    detectable: Mapping[Metric, Floats]
    bucket_width: Floats


def judge(sides: Sides, comparing: Comparing, policy: Policy, alpha: float) -> tuple[OperationResult, ...]:
    """Compare every metric of every operation and decide.

    Args:
        sides: the measured replicates.
        comparing: how two arrays of logarithms become a change: ``paired`` or ``unpaired``.
        policy: thresholds by operation.
        alpha: the chance of a false alarm that this look may spend, all operations together.
    """
    found = compared(sides, comparing, policy)
    evidence = Evidence(
        sides=sides,
        checks=found.checks,
        decisions=decide(found.checks, alpha),
        detectable=_detectable(found, sides, alpha / family_size(found.checks)),
        bucket_width=make.bucket_resolution(sides.baseline, sides.candidate),
    )
    return tuple(_result(evidence, index) for index in range(len(sides.operations)))


def compared(sides: Sides, comparing: Comparing, policy: Policy) -> Compared:
    """Compare every metric of every operation; the arguments are those of ``judge``."""
    limits = [policy.of(operation.name) for operation in sides.operations]
    changes = {name: _change(sides, read, comparing, limits) for name, read in metrics.LOGARITHMIC.items()}
    found = [_duration_check(name, sides, changes[name], limits) for name in metrics.LOGARITHMIC]
    errors = make.of_errors(
        sides.baseline, sides.candidate, _array(limits, "error_noise"), _array(limits, "error_resolution")
    )
    found.insert(2, errors)
    return Compared(changes, found)


def _change(
    sides: Sides,
    read: Callable[[Replicates], Floats],
    comparing: Comparing,
    limits: Sequence[Thresholds],
) -> Change:
    enough = _enough(sides, limits)
    baseline, candidate = (np.where(enough, read(side), np.nan) for side in (sides.baseline, sides.candidate))
    return comparing(baseline, candidate, _counting_noise(sides))


def _enough(sides: Sides, limits: Sequence[Thresholds]) -> NDArray[np.bool_]:
    fewest = np.minimum(sides.baseline.counts.sum(axis=(0, 2)), sides.candidate.counts.sum(axis=(0, 2)))
    return np.asarray(fewest >= _array(limits, "min_samples"))


def _counting_noise(sides: Sides) -> Floats:
    """What the variance of a difference is proportional to when only counting matters; shape (O,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = [
            1.0 / np.maximum(side.counts.sum(axis=-1), 1) for side in (sides.baseline, sides.candidate)
        ]
    return np.asarray(inverse[0].mean(axis=0) + inverse[1].mean(axis=0))


def _duration_check(name: Metric, sides: Sides, change: Change, limits: Sequence[Thresholds]) -> Check:
    read = metrics.LOGARITHMIC[name]
    kind = "tail" if name in {"p95", "p99", "spread"} else "latency"
    resolution = _array(limits, f"{kind}_resolution")
    gating = {
        "latency": np.ones(len(limits), dtype=bool),
        "p95": make.tail_resolved(sides.baseline, sides.candidate, resolution),
    }
    return make.of_durations(
        name,
        (_typical(read(sides.baseline)), _typical(read(sides.candidate))),
        change,
        _array(limits, f"{kind}_noise"),
        resolution,
        gating.get(name, np.zeros(len(limits), dtype=bool)),
    )


def _typical(logs: Floats) -> Floats:
    n = np.isfinite(logs).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n > 0, np.nansum(logs, axis=0) / n, np.nan)


def _array(limits: Sequence[Thresholds], name: str) -> Floats:
    return np.array([getattr(each, name) for each in limits], dtype=np.float64)


def _detectable(found: Compared, sides: Sides, alpha: float) -> dict[Metric, Floats]:
    least = {
        metric: make.detectable(found.check(metric), change, alpha)
        for metric, change in found.changes.items()
    }
    errors = make.detectable_errors(found.check("error_ratio"), sides.baseline, sides.candidate, alpha)
    return {**least, "error_ratio": errors}


def _result(evidence: Evidence, index: int) -> OperationResult:
    comparisons = tuple(
        _comparison(check, decision, index, float(evidence.detectable[check.metric][index]))
        for check, decision in zip(evidence.checks, evidence.decisions, strict=True)
    )
    verdict, spoke = of_operation([(c.metric, c.verdict) for c in comparisons if c.gating])
    sides = evidence.sides
    return OperationResult(
        operation=sides.operations[index],
        verdict=verdict,
        explanation=next(c.explanation for c in comparisons if c.metric == spoke),
        decided_by=spoke,
        comparisons=comparisons,
        baseline=summary(sides.baseline, index, sides.failures[index][0]),
        candidate=summary(sides.candidate, index, sides.failures[index][1]),
        bucket_resolution=float(evidence.bucket_width[index]),
    )


def _comparison(check: Check, decision: Decision, index: int, least: float) -> Comparison:
    verdict = decision.verdict(index)
    return Comparison(
        metric=check.metric,
        baseline=float(check.baseline[index]),
        candidate=float(check.candidate[index]),
        change=_estimate(check, index),
        threshold=float(check.noise[index]),
        detectable=least,
        gating=bool(check.gating[index]),
        verdict=verdict,
        explanation=explain.sentence(check, index, verdict, least),
    )


def _estimate(check: Check, index: int) -> Estimate:
    if not np.isfinite(check.low[index]):
        return Estimate.unknown(make.CONFIDENCE)
    return Estimate(
        float(check.change[index]), float(check.low[index]), float(check.high[index]), make.CONFIDENCE
    )
