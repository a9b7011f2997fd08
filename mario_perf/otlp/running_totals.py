"""What a service counted in all, from what it pushed.

Each process counts from its own start. So points of one series with different starts belong to different
processes, or to one that was started anew, and all of them add up.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mario_perf.otlp import distributions
from mario_perf.otlp.metric_points import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mario_perf.otlp.distributions import Distribution
    from mario_perf.otlp.metric_points import Attributes, Instrument, Point

Series = tuple["Instrument", "Attributes"]

MAX_SERIES = 100_000


class TooManySeriesError(ValueError):
    """A service pushed more series than any honest one has."""


@dataclass(slots=True)
class _Count:
    """One process' count of one series; what it counted before it began anew is ``retired``."""

    value: Distribution
    start: int
    time: int
    retired: list[Distribution] = field(default_factory=list)

    def take(self, point: Point) -> None:
        if point.instrument.delta:
            if (point.start, point.time) == (self.start, self.time):
                return  # sent twice
            self.value = distributions.add([self.value, point.value])
            self.start = point.start
        elif point.time <= self.time:
            return  # sent twice, or overtaken
        elif point.instrument.kind is not Kind.GAUGE and (
            distributions.size(point.value) < distributions.size(self.value)
        ):
            self.retired = [distributions.add([*self.retired, self.value])]
            self.value = point.value
        else:
            self.value = point.value
        self.time = point.time

    @property
    def total(self) -> Distribution:
        return distributions.add([*self.retired, self.value])


class RunningTotals:
    """Adds up pushes, and knows how fresh each process' counts are."""

    def __init__(self) -> None:
        self._counts: dict[Series, dict[tuple[Attributes, int], _Count]] = defaultdict(dict)
        self._processes: dict[tuple[Attributes, int], int] = {}
        self._size = 0
        self.start = 0
        """When the newest process began to count, unix nanoseconds; 0: unknown."""

    def add(self, points: Iterable[Point]) -> None:
        """Take a push.

        Raises:
            TooManySeriesError: There would be more than :data:`MAX_SERIES`.
        """
        newest: dict[Attributes, int] = defaultdict(int)
        starts: dict[Attributes, list[int]] = defaultdict(list)
        for point in points:
            self._take(point)
            newest[point.resource] = max(newest[point.resource], point.time)
            starts[point.resource].append(0 if point.instrument.delta else point.start)
        for resource, time in newest.items():
            # The oldest series of a process is as old as its first count, and stays.
            start = min((start for start in starts[resource] if start), default=0)
            if start:
                self._processes.pop((resource, 0), None)
            self._processes[resource, start] = time
            self.start = max(self.start, start)

    def _take(self, point: Point) -> None:
        own = self._counts[point.instrument, point.labels]
        start = 0 if point.instrument.delta else point.start
        count = own.get((point.resource, start))
        if count is not None:
            count.take(point)
            return
        self._size += 1
        if self._size > MAX_SERIES:
            raise TooManySeriesError(f"more than {MAX_SERIES:,} series")
        own[point.resource, start] = _Count(point.value, point.start, point.time)

    @property
    def heard(self) -> bool:
        """Whether anything was pushed."""
        return bool(self._processes)

    @property
    def processes(self) -> int:
        """How many push."""
        return len(self._processes)

    def stale(self, moment: int) -> list[tuple[Attributes, int]]:
        """Processes whose counts are older than ``moment``, unix nanoseconds."""
        return [process for process, time in self._processes.items() if time < moment]

    def forget(self, processes: Iterable[tuple[Attributes, int]]) -> None:
        """Wait for these no longer; what they counted stays."""
        for process in processes:
            self._processes.pop(process, None)

    def series(self) -> Mapping[Series, Distribution]:
        """The total of each series; a gauge's last value."""
        return {
            series: (
                max(counts.values(), key=lambda count: count.time).value
                if series[0].kind is Kind.GAUGE
                else distributions.add(count.total for count in counts.values())
            )
            for series, counts in self._counts.items()
        }
