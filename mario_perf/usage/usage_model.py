"""Usage as values. Pure: no files, no network, no clock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mario_perf.model import Operation
    from mario_perf.run_record import Span


class Standing(StrEnum):
    """How an operation's use compares with the time before."""

    USED = "used"
    NEW = "new"
    """Used now and never seen used before."""
    GONE = "no longer used"
    """Used before and not now."""
    UNUSED = "never used"
    """Known to the service, and not seen used at all."""


@dataclass(frozen=True, slots=True)
class Period:
    """A part of the span, and how many operations were executed in it."""

    span: Span
    executions: int


@dataclass(frozen=True, slots=True)
class OperationUse:
    """What one operation did in the span. Failures are by category."""

    operation: Operation
    executions: int
    failures: Mapping[str, int]
    standing: Standing

    @property
    def failed(self) -> int:
        return sum(self.failures.values())

    @property
    def success(self) -> float | None:
        """The share of executions that succeeded; None without any."""
        return 1 - min(self.failed / self.executions, 1) if self.executions else None


@dataclass(frozen=True, slots=True)
class Usage:
    """How a service was used.

    ``operations`` are the most used first, ``periods`` equally long and in the order of time. ``before`` is
    the time looked back at before the span; None when nothing is known of it, and then nothing is called new.
    """

    span: Span
    before: Span | None
    operations: tuple[OperationUse, ...]
    periods: tuple[Period, ...]

    @property
    def executions(self) -> int:
        return sum(one.executions for one in self.operations)

    @property
    def success(self) -> float | None:
        """The share of all executions that succeeded; None without any."""
        failed = sum(one.failed for one in self.operations)
        return 1 - min(failed / self.executions, 1) if self.executions else None

    @property
    def balance(self) -> dict[str, float]:
        """The share of each kind, such as command and query, in all executions; empty without any."""
        kinds = Counter[str]()
        for one in self.operations:
            kinds[one.operation.kind] += one.executions
        return {kind: count / self.executions for kind, count in kinds.most_common() if self.executions}

    @property
    def errors(self) -> dict[str, int]:
        """Failures by category, the most frequent first, without those that never happened."""
        categories = Counter[str]()
        for one in self.operations:
            categories.update(one.failures)
        return {category: count for category, count in categories.most_common() if count}

    def peaks(self, max_peaks: int = 3) -> tuple[Period, ...]:
        """The busiest periods, the busiest first; of equals the earlier one."""
        used = [period for period in self.periods if period.executions]
        return tuple(sorted(used, key=lambda period: -period.executions)[:max_peaks])

    def standing(self, standing: Standing) -> tuple[Operation, ...]:
        """Operations that stand so, by name."""
        return tuple(sorted(one.operation for one in self.operations if one.standing is standing))
