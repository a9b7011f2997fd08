"""Why a check was judged so, in one sentence that needs no statistics to be read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mario_perf import figures
from mario_perf.metric_catalogue import METRICS
from mario_perf.model import Verdict

if TYPE_CHECKING:
    from mario_perf.comparison.checks import Check

MOST_OF_IT = 0.5
"""Share of a longer response time from which on it is in the handler."""


def sentence(check: Check, index: int, verdict: Verdict, detectable: float) -> str:
    """One sentence on check ``check`` of operation ``index``."""
    name = _name(check, index)
    low, high = float(check.low[index]), float(check.high[index])
    points, moved = METRICS[check.metric].share, float(check.change[index])
    if not math.isfinite(moved):
        return f"The {name} could not be compared: too few executions on one side."
    if not math.isfinite(low):
        return (
            f"The {name} changed by {figures.change(moved, share=points)}, and nothing shows how far runs of "
            "one build lie apart: more of them have to be compared."
        )
    span = figures.span(figures.change(low, share=points), figures.change(high, share=points))
    told = f"The {name} changed by {figures.change(moved, share=points)} (95 % interval {span})"
    return told + _because(check, index, verdict, detectable, points=points)


def whereabouts(response: Check, handler: Check, index: int) -> str:
    """Where a longer response time is: in the operation's handler, or outside of it. Begins with a space."""
    more, inside = (float(each.candidate[index] - each.baseline[index]) for each in (response, handler))
    if not (math.isfinite(inside) and more > 0):
        return ""
    grown = f"Of {figures.seconds(more)} more, {figures.seconds(max(inside, 0.0))} are in the handler"
    if inside >= MOST_OF_IT * more:
        return f" {grown}: look there."
    return f" {grown}: the time is outside of it, as in the HTTP layer or in a queue."


def _name(check: Check, index: int) -> str:
    title = METRICS[check.metric].title
    return title if check.beyond is None else f"{title} (above {figures.seconds(float(check.beyond[index]))})"


def _because(check: Check, index: int, verdict: Verdict, detectable: float, *, points: bool) -> str:
    noise = figures.size(float(check.rules.noise[index]), share=points)
    resolution = figures.size(float(check.rules.resolution[index]), share=points)
    if verdict is Verdict.REGRESSED:
        certain = f": more than the noise threshold of {noise}, with the certainty that the gate promises"
        return f"{certain}{_apart(check, index)}."
    if verdict is Verdict.IMPROVED:
        return f": an improvement beyond the noise threshold of {noise}, certainly{_apart(check, index)}."
    if verdict is Verdict.UNCHANGED:
        return f": a rise of {resolution} or more is ruled out."
    return _open(check, index, (noise, resolution), detectable, points=points)


def _apart(check: Check, index: int) -> str:
    """What decided, where it is not what is shown."""
    if check.apart is None:
        return ""
    change, low, high = (figures.relative(float(each[index])) for each in check.apart)
    span = figures.span(low, high)
    return f"; apart from what all operations have in common it changed by {change} ({span})"


def _open(check: Check, index: int, sizes: tuple[str, str], detectable: float, *, points: bool) -> str:
    noise, resolution = sizes
    rules = check.rules
    if not figures.is_told(detectable, share=points):
        return ": the run is too short to tell."
    if check.above[index]:
        if rules.noise[index] < rules.limit[index] >= check.low[index]:
            gross = figures.size(float(rules.limit[index]), share=points)
            return f": fewer than five rounds can only show more than {gross}."
        return (
            f": more than the noise threshold of {noise}, but not with the certainty that the gate promises."
        )
    if check.excluded[index] and not rules.enough[index]:
        return f": a rise of {resolution} or more is ruled out, but by too few executions (min_samples)."
    return (
        f": neither clearly above the noise threshold of {noise} nor surely below {resolution}; "
        f"this run could have shown {figures.size(detectable, share=points)}."
    )
