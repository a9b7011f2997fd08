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
class Counted:
    """What a service counted in equal periods.

    ``before`` holds the operations that the service knew in the time before, and whether they had been
    used by then; None when nothing is known of that time.
    """

    periods: tuple[Span, ...]
    executions: Mapping[Operation, Sequence[float]]  # one a period
    failures: Mapping[Operation, Mapping[str, float]]  # by category
    looked_back: Span
    before: Mapping[Operation, bool] | None


def summarised(counted: Counted) -> Usage:
    """The usage of a service; counts are rounded to whole executions."""
    operations = set(counted.executions) | set(counted.failures) | set(counted.before or ())
    uses = (_use(operation, counted) for operation in operations)
    return Usage(
        span=Span(start=counted.periods[0].start, end=counted.periods[-1].end),
        before=counted.looked_back if counted.before is not None else None,
        operations=tuple(sorted(uses, key=lambda one: (-one.executions, one.operation))),
        periods=tuple(_period(counted, index) for index in range(len(counted.periods))),
    )


def _use(operation: Operation, counted: Counted) -> OperationUse:
    executions = round(sum(counted.executions.get(operation, ())))
    failures = {kind: round(count) for kind, count in counted.failures.get(operation, {}).items()}
    return OperationUse(
        operation=operation,
        executions=executions,
        failures={kind: count for kind, count in sorted(failures.items()) if count},
        standing=_standing(operation, executions, counted.before),
    )


def _standing(operation: Operation, executions: int, before: Mapping[Operation, bool] | None) -> Standing:
    if before is None:
        return Standing.USED if executions else Standing.UNUSED
    if before.get(operation, False):
        return Standing.USED if executions else Standing.GONE
    return Standing.NEW if executions else Standing.UNUSED


def _period(counted: Counted, index: int) -> Period:
    total = sum(by_period[index] for by_period in counted.executions.values())
    return Period(counted.periods[index], round(total))
