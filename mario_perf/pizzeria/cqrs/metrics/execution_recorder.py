"""Counters and histograms of operations, exact under threads, and cheap.

A general metrics library pays for its generality with several microseconds an observation. This does one
thing: find the bucket by bisection and add one to three integers, under one lock.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from math import isfinite
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.error_categories import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BOUNDS = tuple(round(10 ** (step / 20), 6) for step in range(-40, 81))
"""Milliseconds: 20 bounds a decade from 10 us to 10 s, so that a quantile is known within 6 %."""


class OperationMetrics:
    """What is kept of one operation. Read it under the recorder's lock."""

    __slots__ = (
        "failures",
        "failures_by_bucket",
        "failures_sum",
        "kind",
        "name",
        "successes",
        "successes_sum",
    )

    def __init__(self, kind: str, name: str, buckets: int) -> None:
        self.kind = kind
        self.name = name
        self.successes = [0] * buckets  # by bucket, the last above all bounds
        self.successes_sum = 0.0  # milliseconds
        self.failures_by_bucket = [0] * buckets
        self.failures_sum = 0.0
        self.failures = dict.fromkeys((category for _, category in CATEGORIES), 0)


class ExecutionRecorder:
    """All operations of one service.

    Args:
        bounds: upper bounds of the buckets, milliseconds, ascending.

    Raises:
        ValueError: the bounds are empty, not finite or not ascending.
    """

    def __init__(self, bounds: Sequence[float] = BOUNDS) -> None:
        if not bounds or not all(map(isfinite, bounds)) or list(bounds) != sorted(set(bounds)):
            raise ValueError(f"bounds must be finite, ascending and at least one, not {list(bounds)}")
        self.bounds = tuple(bounds)
        self._lock = threading.Lock()
        self._operations: dict[tuple[str, str], OperationMetrics] = {}

    def operation(self, kind: str, name: str) -> OperationMetrics:
        """The metrics of an operation, made at 0 when they are first asked for."""
        with self._lock:
            key = (kind, name)
            if key not in self._operations:
                self._operations[key] = OperationMetrics(kind, name, len(self.bounds) + 1)
            return self._operations[key]

    def succeeded(self, operation: OperationMetrics, milliseconds: float) -> None:
        """Count one execution that gave an answer."""
        bucket = bisect_left(self.bounds, milliseconds)
        with self._lock:
            operation.successes[bucket] += 1
            operation.successes_sum += milliseconds

    def failed(self, operation: OperationMetrics, milliseconds: float, category: str) -> None:
        """Count one execution that raised an error of ``category``."""
        bucket = bisect_left(self.bounds, milliseconds)
        with self._lock:
            operation.failures_by_bucket[bucket] += 1
            operation.failures_sum += milliseconds
            operation.failures[category] += 1

    def snapshot(self) -> Iterator[OperationMetrics]:
        """Copies of all operations, each of one moment."""
        with self._lock:
            operations = list(self._operations.values())
        for operation in operations:
            yield self._copy(operation)

    def _copy(self, operation: OperationMetrics) -> OperationMetrics:
        copy = OperationMetrics(operation.kind, operation.name, 0)
        with self._lock:
            copy.successes = operation.successes.copy()
            copy.successes_sum = operation.successes_sum
            copy.failures_by_bucket = operation.failures_by_bucket.copy()
            copy.failures_sum = operation.failures_sum
            copy.failures = operation.failures.copy()
        return copy
