"""The last revisions of each operation: what the report's chapter of the history shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mario_perf import figures
from mario_perf.errors import counted
from mario_perf.metric_catalogue import METRICS
from mario_perf.model import Verdict
from mario_perf.reports import phrases
from mario_perf.reports.trends.trend_chart import TrendChart, trend_chart
from mario_perf.reports.trends.trend_phrases import day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.model import GateResult, PastValues

FOLDED = frozenset({Verdict.UNCHANGED, Verdict.ACCEPTED})
"""Verdicts of operations that are shown to those who ask."""


@dataclass(frozen=True, slots=True)
class PastPanel:
    """A small chart and its words. ``own`` is where the value of this gate stands."""

    title: str
    span: str
    description: str
    scale: str
    chart: TrendChart
    own: tuple[float, float]
    shifts: tuple[str, ...]
    folded: bool


def panels(result: GateResult) -> tuple[PastPanel, ...]:
    """Of each operation whose past is known."""
    verdicts = {one.operation.name: one.verdict for one in result.operations if one.part == "alone"}
    return tuple(_panel(each, verdicts.get(each.operation)) for each in result.past.operations)


def _panel(past: PastValues, verdict: Verdict | None) -> PastPanel:
    chart = trend_chart(np.array(past.values), past.shifts)
    low, high = (phrases.quantity(past.metric, each) for each in (chart.low, chart.high))
    shifts = tuple(_shifts(past))
    title = f"{past.operation}, {METRICS[past.metric].title}"
    return PastPanel(
        title,
        f"{counted(len(past.values), 'value')}, {day(min(past.times))} to {day(max(past.times))}",
        f"{title}: {'; '.join(shifts) or 'no lasting shift'}; "
        f"this gate: {phrases.quantity(past.metric, past.values[past.own])}",
        f"{low} to {high}",
        chart,
        chart.dots[past.own],
        shifts,
        verdict in FOLDED,
    )


def _shifts(past: PastValues) -> Iterator[str]:
    positive = min(past.values) > 0
    for place, change in past.shifts:
        size = figures.log_change(change) if positive else phrases.quantity(past.metric, change)
        last, first = past.revisions[place - 1 : place + 1]
        yield f"{size} between {last} and {first}, {day(past.times[place])}"
