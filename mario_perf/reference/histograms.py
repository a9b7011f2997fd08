"""How long each operation took, as the Prometheus text that the pizzeria writes, too."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

BOUNDS: Final = tuple(round(10 ** (step / 20), 6) for step in range(-40, 81))
"""Milliseconds: 20 a decade from 10 us to 10 s."""


class Histograms:
    """Durations of successes, by operation; ``kind`` names the version."""

    def __init__(self, kind: str, started: float) -> None:
        self._kind = kind
        self._started = started
        self._counts: dict[str, list[int]] = {}
        self._sums: dict[str, float] = {}

    def add(self, operation: str, seconds: float) -> None:
        counts = self._counts.setdefault(operation, [0] * (len(BOUNDS) + 1))
        counts[bisect_left(BOUNDS, seconds * 1000)] += 1
        self._sums[operation] = self._sums.get(operation, 0.0) + seconds * 1000

    def page(self) -> str:
        """What a scrape gets."""
        return "\n".join((*self._lines(), ""))

    def _lines(self) -> Iterator[str]:
        yield "# TYPE process_start_time_seconds gauge"
        yield f"process_start_time_seconds {self._started}"
        yield "# TYPE cqrs_executions_total counter"
        for name, counts in self._counts.items():
            yield f'cqrs_executions_total{{operation="{self._kind}",type="{name}"}} {sum(counts)}'
        yield "# TYPE cqrs_execution_duration_milliseconds histogram"
        for name, counts in self._counts.items():
            labels = f'operation="{self._kind}",type="{name}",status="success"'
            for bound, count in zip((*map(str, BOUNDS), "+Inf"), accumulate(counts), strict=True):
                yield f'cqrs_execution_duration_milliseconds_bucket{{{labels},le="{bound}"}} {count}'
            yield f"cqrs_execution_duration_milliseconds_sum{{{labels}}} {self._sums[name]!r}"
            yield f"cqrs_execution_duration_milliseconds_count{{{labels}}} {sum(counts)}"
