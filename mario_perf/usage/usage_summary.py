"""From what was counted to usage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.run_record import Span
from mario_perf.usage.usage_model import OperationUse, Period, Standing, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mario_perf.model import Operation


@dataclass(frozen=True, slots=True)
class UsageCounts:
    """What a service counted in equal periods.

    ``before`` holds the operations that the service knew in the time before, and whether they had been
    used by then; None when nothing is known of that time.
    """

    periods: tuple[Span, ...]
    executions: Mapping[Operation, Sequence[float]]  # one a period
    failures: Mapping[Operation, Mapping[str, float]]  # by category
    lookback: Span
    before: Mapping[Operation, bool] | None


def summarise(counts: UsageCounts) -> Usage:
    """The usage of a service; counts are rounded to whole executions."""
    operations = set(counts.executions) | set(counts.failures) | set(counts.before or ())
    uses = (_use(operation, counts) for operation in operations)
    return Usage(
        span=Span(start=counts.periods[0].start, end=counts.periods[-1].end),
        before=counts.lookback if counts.before is not None else None,
        operations=tuple(sorted(uses, key=lambda one: (-one.executions, one.operation))),
        periods=tuple(_period(counts, index) for index in range(len(counts.periods))),
    )


def _use(operation: Operation, counts: UsageCounts) -> OperationUse:
    executions = round(sum(counts.executions.get(operation, ())))
    failures = {kind: round(count) for kind, count in counts.failures.get(operation, {}).items()}
    return OperationUse(
        operation=operation,
        executions=executions,
        failures={kind: count for kind, count in sorted(failures.items()) if count},
        standing=_standing(operation, executions, counts.before),
    )


def _standing(operation: Operation, executions: int, before: Mapping[Operation, bool] | None) -> Standing:
    if before is None:
        return Standing.USED if executions else Standing.UNUSED
    if before.get(operation, False):
        return Standing.USED if executions else Standing.GONE
    return Standing.NEW if executions else Standing.UNUSED


def _period(counts: UsageCounts, index: int) -> Period:
    total = sum(by_period[index] for by_period in counts.executions.values())
    return Period(counts.periods[index], round(total))
