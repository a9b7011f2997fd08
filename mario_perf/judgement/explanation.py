"""The reason for a verdict, in a sentence for readers without statistics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mario_perf import figures
from mario_perf.metric_catalogue import METRICS
from mario_perf.model import Verdict

if TYPE_CHECKING:
    from mario_perf.comparison.checks import Check

HANDLER_SHARE = 0.5
"""From this share on, a longer response time is the handler's."""


def sentence(check: Check, index: int, verdict: Verdict, detectable: float) -> str:
    """One sentence on an operation."""
    name = _name(check, index)
    low, high = float(check.low[index]), float(check.high[index])
    points, change = METRICS[check.metric].share, float(check.change[index])
    if not math.isfinite(change):
        return f"The {name} could not be compared: too few executions on one side."
    if not math.isfinite(low):
        return (
            f"The {name} changed by {figures.change(change, share=points)}, and nothing shows how far runs "
            "of one build lie apart. One run of a build does not show its noise: compare more runs."
        )
    span = figures.span(figures.change(low, share=points), figures.change(high, share=points))
    statement = f"The {name} changed by {figures.change(change, share=points)} (95 % interval {span})"
    if verdict is Verdict.REGRESSED:
        noise = figures.size(float(check.rules.noise[index]), share=points)
        return f"{statement}: more than the noise threshold of {noise}{_specific_change(check, index)}."
    return statement + _reason(check, index, verdict, detectable, points=points)


def location_hint(response: Check, handler: Check, index: int) -> str:
    """Say whether the longer time is in the operation's handler or outside. Begins with a space."""
    added, in_handler = (float(each.candidate[index] - each.baseline[index]) for each in (response, handler))
    if not (math.isfinite(in_handler) and added > 0):
        return ""
    handler_time = figures.seconds(max(in_handler, 0.0))
    part = f"The handler takes {handler_time} of the additional {figures.seconds(added)}"
    if in_handler >= HANDLER_SHARE * added:
        return f" {part}: look there."
    return f" {part}: look outside it, as in the HTTP layer or a queue."


def _name(check: Check, index: int) -> str:
    title = METRICS[check.metric].title
    if check.slow_from is None:
        return title
    return f"{title} (above {figures.seconds(float(check.slow_from[index]))})"


def _reason(check: Check, index: int, verdict: Verdict, detectable: float, *, points: bool) -> str:
    noise = figures.size(float(check.rules.noise[index]), share=points)
    resolution = figures.size(float(check.rules.resolution[index]), share=points)
    if verdict is Verdict.IMPROVED:
        return (
            f": an improvement of more than the noise threshold of {noise}{_specific_change(check, index)}."
        )
    if verdict is Verdict.UNCHANGED:
        return f": a rise of {resolution} or more is ruled out."
    return _inconclusive_reason(check, index, (noise, resolution), detectable, points=points)


def _specific_change(check: Check, index: int) -> str:
    """The change that decided, if it is not the one shown."""
    if check.specific is None:
        return ""
    change, low, high = (figures.relative(float(each[index])) for each in check.specific)
    span = figures.span(low, high)
    return f"; without the change that all operations share: {change} ({span})"


def _inconclusive_reason(
    check: Check, index: int, sizes: tuple[str, str], detectable: float, *, points: bool
) -> str:
    noise, resolution = sizes
    rules = check.rules
    if not figures.is_visible(detectable, share=points):
        return ": the run is too short to tell."
    if check.above_noise[index]:
        if rules.noise[index] < rules.limit[index] >= check.low[index]:
            gross = figures.size(float(rules.limit[index]), share=points)
            return f": fewer than five rounds show only changes above {gross}."
        return (
            f": above the noise threshold of {noise}, but not surely. A rise of {resolution} or more is "
            f"{'ruled out' if check.rise_excluded[index] else 'possible'}."
        )
    if check.rise_excluded[index] and not rules.enough_executions[index]:
        return (
            f": a rise of {resolution} or more is ruled out, but there are too few executions (min_samples)."
        )
    return (
        f": it may be above the noise threshold of {noise}, or below the resolution of {resolution}. "
        f"The smallest change that this run could show is {figures.size(detectable, share=points)}."
    )
