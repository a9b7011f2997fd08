"""The last revisions of the operations of a gate, with the gate's own values among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mario_perf.history.measurements import superseded
from mario_perf.history.operation_series import operation_series
from mario_perf.history.trends import trends
from mario_perf.model import PastValues

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mario_perf.history.alerts import Alert
    from mario_perf.history.measurements import Batch
    from mario_perf.history.trends import Trend
    from mario_perf.metric_catalogue import Metric
    from mario_perf.model import GateResult, OperationResult

REVISIONS: Final = 50
"""Values of an operation, at most: the newest ones."""

LEAST: Final = 5
"""Fewest other revisions: fewer say nothing that the gate does not say."""

MOST: Final = 40
"""Operations, at most: those that matter most."""

USUAL: Final[Metric] = "latency"


def metrics_of(result: GateResult) -> dict[str, Metric]:
    """The metric to show of each operation: the one that decided, where it was compared with the baseline."""
    alone = [one for one in result.operations if one.part == "alone"]
    return {one.operation.name: _metric(one) for one in alone[:MOST]}


def past_values(
    metrics: dict[str, Metric], own: Batch, earlier: Sequence[Batch], alerts: Iterable[Alert]
) -> tuple[PastValues, ...]:
    """Of each operation with enough earlier revisions, in the order of ``metrics``.

    Args:
        metrics: What to show of each operation.
        own: What this gate adds to the history.
        earlier: What the history has, in the order of time.
        alerts: Shifts that were reported.
    """
    old = superseded([*(each.source for each in earlier), own.source])
    chosen = [
        each
        for each in operation_series([*(each for each in earlier if each.source not in old), own])
        if each.scenario == own.scenario and metrics.get(each.operation) == each.metric
    ]
    series = {trend.series.operation: trend for trend in trends(chosen, None, alerts)}
    found = (_values(series[name], metric, own) for name, metric in metrics.items() if name in series)
    return tuple(each for each in found if each)


def _metric(one: OperationResult) -> Metric:
    decisive = one.decisive_comparison
    return decisive.metric if decisive and decisive.against == "baseline" else USUAL


def _values(trend: Trend, metric: Metric, own: Batch) -> PastValues | None:
    """On the machine of the gate; None where the gate has no value, or too few others are known."""
    series, revision = trend.series, own.levels[0].revision
    places = [place for place, name in enumerate(series.revisions) if name == revision]
    if not places:
        return None
    machine = series.environments[places[-1]]
    kept = [place for place, name in enumerate(series.environments) if name == machine][-REVISIONS:]
    if places[-1] not in kept or len({series.revisions[place] for place in kept}) <= LEAST:
        return None
    return PastValues(
        series.operation,
        metric,
        tuple(float(series.times[place]) for place in kept),
        tuple(series.revisions[place] for place in kept),
        tuple(float(series.values[place]) for place in kept),
        tuple(
            (kept.index(each.point.index), each.point.change)
            for each in trend.shifts
            if each.point.index in kept[1:]
        ),
        kept.index(places[-1]),
    )
