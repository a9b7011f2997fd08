"""Which metrics of a service say what its operations do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Unit = Literal["seconds", "milliseconds"]

SECONDS_PER: dict[Unit, float] = {"seconds": 1.0, "milliseconds": 1e-3}
_SUFFIXES: dict[str, Unit] = {"_seconds": "seconds", "_milliseconds": "milliseconds", "_ms": "milliseconds"}


def unit_of(name: str) -> Unit | None:
    """The unit that a metric's name ends with, None when it tells none."""
    return next((unit for suffix, unit in _SUFFIXES.items() if name.endswith(suffix)), None)


@dataclass(frozen=True, slots=True)
class Metrics:
    """Names of metrics and labels, as exposed.

    One histogram of durations is enough. Without an ``executions`` counter, executions are what the
    histogram counted; without a ``failures`` counter, failures are what it counted with a failing status.
    """

    duration: str  # the histogram, without _bucket
    unit: Unit
    name_label: str  # tells operations apart
    kind_label: str | None  # such as command or query
    ignored_kinds: tuple[str, ...]  # rows with these kinds are no operations
    status_label: str | None  # on the histogram
    failing_status: str  # regular expression, matched against the whole status
    error_type_label: str | None
    executions: str | None  # counter of successes and failures
    failures: str | None  # counter
    start: str = "process_start_time_seconds"
    ignored_names: tuple[str, ...] = ()  # what the service also measures, such as its own metrics page

    @property
    def samples(self) -> tuple[str, ...]:
        """Names of all samples that are read."""
        counters = (self.executions, self.failures)
        return (
            f"{self.duration}_bucket",
            f"{self.duration}_sum",
            *(name for name in counters if name is not None),
            self.start,
        )

    def fails(self, status: str) -> bool:
        """Whether a status of the histogram means that the execution failed."""
        return re.fullmatch(self.failing_status, status) is not None


CQRS = Metrics(
    duration="cqrs_execution_duration_milliseconds",
    unit="milliseconds",
    name_label="type",
    kind_label="operation",
    ignored_kinds=("request",),
    status_label="status",
    failing_status="failure",
    error_type_label="error_type",
    executions="cqrs_executions_total",
    failures="cqrs_executions_failures_executions_total",
)
