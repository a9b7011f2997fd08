"""A gate at several levels of load: is the candidate slower everywhere, or does it saturate earlier?

Half of the false-alarm promise is for the levels, each judged like the part under load with an equal part of
it. The other half is for the curves: of each operation, what it changed by in common and how much that grows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from mario_perf import figures
from mario_perf.comparison.metric_values import LOGARITHMIC
from mario_perf.judgement import duet_results, load_slope
from mario_perf.metric_catalogue import RESPONSE_TIME, SERVICE_TIME
from mario_perf.model import CurveShape, Estimate, LevelChange, LoadCurve
from mario_perf.statistics.multiplicity import MISS_RATE, holm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mario_perf.comparison.both_sides import Sides
    from mario_perf.configuration.policy import Policy
    from mario_perf.judgement.load_slope import LoadSlope
    from mario_perf.judgement.measured_part import MeasuredPart
    from mario_perf.statistics.change import Change

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

PART: Final = 0.5
"""Of the false-alarm rate, for the curves; the rest is for the levels."""

CONFIDENCE: Final = 0.95
"""Of the intervals that are shown, each by itself."""

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


def curves(parts: Sequence[MeasuredPart], policy: Policy, capacity: float | None) -> tuple[LoadCurve, ...]:
    """One for each operation, the worst first; none where too little was measured to lay rounds out."""
    if len(parts) < 2 or not all(each.is_measured for each in parts):  # noqa: PLR2004 - a line needs two
        return ()
    pairs = [pair for each in parts for pair in each.pairs]
    loads = np.array([run.record.rate for each in parts for run in each.rounds], dtype=np.float64)
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
