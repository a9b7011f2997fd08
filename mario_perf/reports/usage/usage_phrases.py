"""Phrases and units for usage, the same in each output."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from mario_perf import figures
from mario_perf.usage.usage_model import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mario_perf.run_record import Span
    from mario_perf.usage.usage_model import OperationUse, Period, Usage

NONE = "none"
NOTHING_BEFORE = "unknown: Prometheus has no data of the time before"


def headline(usage: Usage) -> str:
    """The span and what happened in it, in a sentence."""
    share = f", {figures.percent(usage.success)} of them successful" if usage.success is not None else ""
    return f"{figures.count(usage.executions)} executions from {span(usage.span)}{share}"


def facts(usage: Usage) -> tuple[tuple[str, str], ...]:
    """Names and texts about all operations together."""
    balance = (f"{kind} {figures.percent(share)}" for kind, share in usage.balance.items())
    errors = (f"{category} {figures.count(count)}" for category, count in usage.errors.items())
    return (
        ("balance", _join(balance)),
        ("peaks", _join(peak(period) for period in usage.peaks())),
        ("errors", _join(errors)),
        *(
            (standing.value, _operations_of_standing(usage, standing))
            for standing in Standing
            if standing != Standing.USED
        ),
    )


def span(interval: Span) -> str:
    """An interval in local time."""
    start, end = (datetime.fromtimestamp(at).astimezone() for at in (interval.start, interval.end))
    day = "" if start.date() == end.date() else f"{end:%Y-%m-%d} "
    return f"{start:%Y-%m-%d %H:%M} to {day}{end:%H:%M}"


def peak(period: Period) -> str:
    """When, and how many a second."""
    return f"{span(period.span)} ({figures.rate(period.executions / period.span.duration)})"


def success(one: OperationUse) -> str:
    """The share of an operation's executions that succeeded."""
    return NONE if one.success is None else figures.percent(one.success)


def share(one: OperationUse, usage: Usage) -> str:
    """An operation's part in all executions."""
    return figures.percent(one.executions / usage.executions) if usage.executions else NONE


def errors(one: OperationUse) -> str:
    """An operation's failures by category."""
    return _join(f"{category} {figures.count(count)}" for category, count in one.failures.items())


def _operations_of_standing(usage: Usage, standing: Standing) -> str:
    if usage.before is None and standing is not Standing.UNUSED:
        return NOTHING_BEFORE
    return _join(operation.name for operation in usage.standing(standing))


def _join(texts: Iterable[str]) -> str:
    return ", ".join(texts) or NONE
