"""Alerts: change points that were reported. They stay as they were, whatever values come later."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mario_perf.history.operation_series import OperationSeries


class AlertState(StrEnum):
    """What a duet of the revisions around a change point said of it."""

    OPEN = "open"  # nothing yet
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Alert:
    """A change point of a series: it came after revision ``last``, and not after revision ``first``."""

    scenario: str
    operation: str
    metric: str
    environment: str
    last: str
    first: str
    time: float  # unix seconds, of the first value of the new level
    change: float  # log ratio, or difference where values are not all positive
    state: AlertState = AlertState.OPEN

    @property
    def key(self) -> tuple[str, ...]:
        """What an alert is known by in a store."""
        return self.scenario, self.operation, self.metric, self.environment, self.first


def index_of(alert: Alert, series: OperationSeries) -> int | None:
    """Where the new level of an alert begins in its series; None where those values were pruned.

    A revision may have several values, and may come again: the beginning nearest to the alert's time counts.
    """
    begins = [
        index
        for index in range(1, len(series.revisions))
        if series.revisions[index] == alert.first
        and series.revisions[index - 1] != alert.first
        and (series.adjusted or series.environments[index] == alert.environment)
    ]
    return min(begins, key=lambda index: abs(float(series.times[index]) - alert.time), default=None)
