"""Which metrics of a service say what its operations do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Unit = Literal["seconds", "milliseconds", "microseconds", "nanoseconds"]

SECONDS_PER: dict[Unit, float] = {
    "seconds": 1.0,
    "milliseconds": 1e-3,
    "microseconds": 1e-6,
    "nanoseconds": 1e-9,
}
UNITS_BY_WORD: dict[str, Unit] = {
    **dict.fromkeys(("seconds", "second", "secs", "sec", "s"), "seconds"),
    **dict.fromkeys(("milliseconds", "millisecond", "millis", "msecs", "msec", "ms"), "milliseconds"),
    **dict.fromkeys(("microseconds", "microsecond", "micros", "usecs", "usec", "us"), "microseconds"),
    **dict.fromkeys(("nanoseconds", "nanosecond", "nanos", "nsecs", "nsec", "ns"), "nanoseconds"),
}
_ONLY_LAST = {"s", "us", "ns"}
"""Words that mean something else further in front."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def unit_of(name: str) -> Unit | None:
    """The unit that a metric's name tells, at its end or in its middle; None when it tells none."""
    words = [word.lower() for word in _WORD.findall(name)]
    suffixes = [
        UNITS_BY_WORD[word]
        for place, word in enumerate(words, 1)
        if word in UNITS_BY_WORD and (place == len(words) or word not in _ONLY_LAST)
    ]
    return suffixes[-1] if suffixes else None


@dataclass(frozen=True, slots=True)
class Metrics:
    """Names of metrics and labels, as exposed.

    One histogram of durations is enough. Without an ``executions`` counter, executions are what the
    histogram counted; without a ``failures`` counter, failures are what it counted with a failing status.
    """

    duration: str  # the histogram, without _bucket
    unit: Unit
    name_label: tuple[str, ...]  # tell operations apart: their values in this order are the name
    kind_label: str | None  # such as command or query
    ignored_kinds: tuple[str, ...]  # rows with these kinds are no operations
    status_label: str | None  # on the histogram
    failing_status: str  # regular expression, matched against the whole status
    error_type_label: str | None
    executions: str | None  # counter of successes and failures
    failures: str | None  # counter; where it has the status label, only what has a failing status
    start: str = "process_start_time_seconds"
    indicators: tuple[str, ...] = ()  # further samples that are read
    ignored_names: tuple[str, ...] = ()  # values of name_label that are no operations: the metrics page
    ignored_error_types: tuple[str, ...] = ()  # values of error_type_label that are no failures

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

    @property
    def every_sample(self) -> tuple[str, ...]:
        """With those of indicators."""
        return tuple(dict.fromkeys((*self.samples, *self.indicators)))

    def is_operation(self, labels: Mapping[str, str]) -> bool:
        """Whether a series with these labels belongs to an operation."""
        if self.kind_label is not None and labels.get(self.kind_label, "") in self.ignored_kinds:
            return False
        values = [labels.get(label, "") for label in self.name_label]
        return all(values) and set(values).isdisjoint(self.ignored_names)

    def name_of(self, labels: Mapping[str, str]) -> str:
        """The operation that a series with these labels belongs to; without such labels there is one."""
        if not self.name_label:
            return self.duration
        return " ".join(labels[label] for label in self.name_label)

    def labels_of(self, name: str) -> dict[str, str]:
        """The labels that an operation is named by; of several only the last may hold a space."""
        if not self.name_label:
            return {}
        return dict(zip(self.name_label, name.split(" ", len(self.name_label) - 1), strict=False))

    def fails(self, status: str) -> bool:
        """Whether a status of the histogram means that the execution failed."""
        return re.fullmatch(self.failing_status, status) is not None


CQRS = Metrics(
    duration="cqrs_execution_duration_milliseconds",
    unit="milliseconds",
    name_label=("type",),
    kind_label="operation",
    ignored_kinds=("request",),
    status_label="status",
    failing_status="failure",
    error_type_label="error_type",
    executions="cqrs_executions_total",
    failures="cqrs_executions_failures_executions_total",
)
