"""A gate at several levels of load: is the candidate slower everywhere, or does it saturate earlier?

Half of the false-alarm promise is for the levels, each judged like the part under load with an equal part of
it. The other half is for the curves: of each operation, what it changed by in common and how much that grows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np

from mario_perf import figures
from mario_perf.comparison.metric_values import LOGARITHMIC
from mario_perf.errors import listed
from mario_perf.judgement import duet_results, load_slope, next_steps, run_findings, verdict
from mario_perf.judgement.judge import conclude
from mario_perf.judgement.measured_part import gather
from mario_perf.judgement.scope import scope
from mario_perf.metric_catalogue import RESPONSE_TIME, SERVICE_TIME
from mario_perf.model import CurveShape, Estimate, LevelChange, LoadCurve, Outcome, Severity, Verdict
from mario_perf.statistics.multiplicity import MISS_RATE, holm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from mario_perf.comparison.both_sides import Sides
    from mario_perf.configuration.policy import Policy
    from mario_perf.judgement.load_slope import LoadSlope
    from mario_perf.judgement.measured_part import MeasuredPart
    from mario_perf.measurement.measured_run import MeasuredRun
    from mario_perf.model import Finding, GateResult, OperationResult
    from mario_perf.statistics.change import Change

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

PART: Final = 0.5
"""Of the false-alarm rate, for the curves; the rest is for the levels."""

CONFIDENCE: Final = 0.95
"""Of the intervals that are shown, each by itself."""

_MORE: Final = "Give more time with --max-duration, or fewer levels, on a quiet machine."
"""What helps where the answer is not clear."""

_ORDER: Final = (
    CurveShape.BOTH,
    CurveShape.EARLIER,
    CurveShape.SLOWER,
    CurveShape.UNKNOWN,
    CurveShape.ALIKE,
)


@dataclass(frozen=True, slots=True)
class Shapes:
    """What the fitted lines say, all ``(O,)``."""

    slower: Flags  # at each level
    grows: Flags
    bounded: Flags  # at no level did a rise as large as the resolution go by
    steady: Flags  # nor did a growth as large, from the lowest level to the highest


def rates(runs: Sequence[MeasuredRun]) -> list[float]:
    """The levels of load at which two builds took turns, ascending; of other runs none."""
    under_load = (each for each in runs if each.record.part == "load")
    return sorted({rate for each in under_load if (rate := _rate(each)) is not None})


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
    by_rate = {rate: [each for each in runs if _rate(each) == rate] for rate in rates(runs)}
    promise = (1 - PART) / len(by_rate)
    results = {rate: conclude(those, None, policy, promise=promise) for rate, those in by_rate.items()}
    judged = {rate: each for rate, each in results.items() if each.outcome is not Outcome.INVALID}
    if not judged:
        first = next(iter(results.values()))
        return replace(first, findings=(*incidents, *first.findings))
    parts = [gather(by_rate[rate], None, policy) for rate in judged]
    curves = _curves(parts, policy, capacity)
    operations = _operations(judged.values(), curves)
    return _combined(results, parts, operations, curves, incidents)


def shapes(fit: LoadSlope, noise: Floats, resolution: Floats, alpha: float) -> Shapes:
    """Which changes are surely above the noise, with ``alpha`` for all of them together; ``(O,)`` each."""
    p_values = np.concatenate([fit.common.above(np.log1p(noise)), fit.growth.above(np.log1p(noise))])
    certain = holm(p_values, np.ones(len(p_values))) <= alpha
    slower, grows = np.split(certain, 2)
    low = _slower_at_lowest(fit, noise)
    steady = fit.ends.below(np.log1p(resolution)) <= MISS_RATE
    bounded = (fit.by_level.below(np.log1p(resolution)) <= MISS_RATE).all(axis=0)
    return Shapes(np.asarray(slower & (~grows | low)), grows, bounded & ~slower & ~grows, steady)


def _slower_at_lowest(fit: LoadSlope, noise: Floats) -> Flags:
    low, _ = fit.by_level.interval(CONFIDENCE)
    return np.asarray(low[0] > np.log1p(noise))


def _rate(run: MeasuredRun) -> float | None:
    return run.record.arrivals.rate if run.record.arrivals else None


def _curves(parts: Sequence[MeasuredPart], policy: Policy, capacity: float | None) -> tuple[LoadCurve, ...]:
    """One for each operation, the worst first; none where too little was measured to lay rounds out."""
    if len(parts) < 2 or not all(each.is_measured for each in parts):  # noqa: PLR2004 - a line needs two
        return ()
    pairs = [pair for each in parts for pair in each.pairs]
    loads = np.array([_rate(run) for each in parts for run in each.rounds], dtype=np.float64)
    sides = duet_results.lay_out(pairs)
    service = LOGARITHMIC[SERVICE_TIME](sides)
    response = LOGARITHMIC[RESPONSE_TIME](sides) or service
    assert service and response  # noqa: S101, PT018 - service times are always laid out
    extra = _between_processes(sides, policy)
    own, seen = (_fit(loads, candidate - baseline, extra) for baseline, candidate in (service, response))
    limits = [policy.of(each.name) for each in sides.operations]
    noise, resolution = (
        np.array([each.load_noise for each in limits]),
        np.array([each.load_resolution for each in limits]),
    )
    said = shapes(seen, noise, resolution, PART * policy.false_alarm_rate)
    found = [
        _curve(place, sides, (own, seen), _typical(loads, response, place), said, capacity)
        for place in range(len(sides.operations))
    ]
    return tuple(sorted(found, key=lambda each: (_ORDER.index(each.shape), -_rise(each))))


def _between_processes(sides: Sides, policy: Policy) -> Floats:
    """How far two processes of one build lie apart, where the rounds do not show it."""
    each = [policy.of(operation.name).latency_processes for operation in sides.operations]
    return np.array(each) * sides.same_processes


def _fit(loads: Floats, ratios: Floats, extra: Floats) -> LoadSlope:
    fit = load_slope.fit(loads, ratios)
    return replace(
        fit,
        by_level=fit.by_level.with_extra_error(extra),
        common=fit.common.with_extra_error(extra),
        growth=fit.growth.with_extra_error(extra),
        ends=fit.ends.with_extra_error(extra),
    )


def _typical(loads: Floats, times: tuple[Floats, Floats], place: int) -> list[tuple[float, float]]:
    """Baseline's and candidate's typical seconds at each level."""
    return [
        (_seconds(times[0][loads == load, place]), _seconds(times[1][loads == load, place]))
        for load in np.unique(loads)
    ]


def _seconds(logs: Floats) -> float:
    known = logs[np.isfinite(logs)]
    return float(np.exp(known.mean())) if len(known) else math.nan


def _curve(
    place: int,
    sides: Sides,
    fits: tuple[LoadSlope, LoadSlope],
    typical: Sequence[tuple[float, float]],
    said: Shapes,
    capacity: float | None,
) -> LoadCurve:
    own, seen = fits
    service, response = (_estimates(each.by_level, place) for each in (own, seen))
    levels = tuple(
        LevelChange(float(rate), rate / capacity if capacity else None, *times, before, after)
        for rate, times, before, after in zip(seen.loads, typical, service, response, strict=True)
    )
    shape = _shape(said, place)
    common, growth = _estimate(seen.common, place), _estimate(seen.growth, place)
    name = sides.operations[place].name
    text = _explain(name, shape, levels, common, steady=bool(said.steady[place]))
    return LoadCurve(name, shape, text, growth, levels)


def _shape(said: Shapes, place: int) -> CurveShape:
    if said.grows[place]:
        return CurveShape.BOTH if said.slower[place] else CurveShape.EARLIER
    if said.slower[place]:
        return CurveShape.SLOWER
    return CurveShape.ALIKE if said.bounded[place] else CurveShape.UNKNOWN


def _estimate(change: Change, place: int | tuple[int, int]) -> Estimate:
    low, high = change.interval(CONFIDENCE)
    with np.errstate(over="ignore"):
        values = np.expm1([change.value[place], low[place], high[place]])
    if not math.isfinite(values[0]) or math.isinf(low[place]):
        return Estimate.unknown(CONFIDENCE)
    return Estimate(float(values[0]), float(values[1]), float(values[2]), CONFIDENCE)


def _estimates(by_level: Change, place: int) -> list[Estimate]:
    return [_estimate(by_level, (level, place)) for level in range(len(by_level.value))]


def _rise(curve: LoadCurve) -> float:
    """At the highest level; how two curves of one shape are put in order."""
    rise = curve.levels[-1].response_time.value
    return rise if math.isfinite(rise) else -math.inf


def _explain(
    name: str, shape: CurveShape, levels: Sequence[LevelChange], common: Estimate, *, steady: bool
) -> str:
    lowest, highest = levels[0], levels[-1]
    change = f"{_text(lowest)}, and {_text(highest)}"
    match shape:
        case CurveShape.BOTH:
            return f"{name} is slower at each level, and saturates earlier: {change}."
        case CurveShape.EARLIER:
            return f"{name} saturates earlier: {change}.{_parting(levels)}"
        case CurveShape.SLOWER:
            how = "by about as much at each level" if steady else "and whether that grows is not known"
            rise = figures.relative_with_span(common.value, common.low, common.high)
            return f"{name} is slower under load: response time {rise}, {how}."
        case CurveShape.ALIKE:
            return f"{name} takes as long as before at each level."
        case _:
            return f"{name}: too little is known of how it changed with the load."


def _text(level: LevelChange) -> str:
    return f"{figures.relative(level.response_time.value)} at {figures.number(level.rate)} journeys/s"


def _parting(levels: Sequence[LevelChange]) -> str:
    """From what rate on the builds are apart, there and at all higher levels. Begins with a space."""
    apart = [each.response_time.low > 0 for each in levels]
    first = next((place for place in range(len(apart)) if all(apart[place:])), None)
    return "" if first is None else f" They part from {figures.number(levels[first].rate)} journeys/s on."


def _operations(results: Iterable[GateResult], curves: Sequence[LoadCurve]) -> tuple[OperationResult, ...]:
    """Of each operation the worst level's answer, and what its curve says."""
    by_name = {each.operation: each for each in curves}
    # Of equal answers that of the highest level stands: there the most would have shown.
    everything = [one for each in reversed([*results]) for one in each.operations]
    worst: dict[str, OperationResult] = {}
    for one in verdict.sort_operations(everything):
        worst.setdefault(one.operation.name, one)
    return verdict.sort_operations(_with_curve(one, by_name.get(name)) for name, one in worst.items())


def _with_curve(one: OperationResult, curve: LoadCurve | None) -> OperationResult:
    if curve is None or not curve.shape.is_worse or one.verdict is Verdict.ACCEPTED:
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
    outcome = verdict.outcome((each.verdict for each in operations), findings)
    if outcome is Outcome.PASS and len(judged) < len(results):
        outcome = Outcome.INCONCLUSIVE
    whole = replace(
        judged[-1],
        outcome=outcome,
        sentence=_sentence(outcome, operations, findings, results, curves),
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
    steps = (_MORE,) if outcome is Outcome.INCONCLUSIVE else next_steps.next_steps(whole, pairs, in_force)
    return replace(whole, reasons=next_steps.reasons(whole, in_force), next_steps=steps)


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
