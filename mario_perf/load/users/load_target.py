"""A service under load, and what became of its requests."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from mario_perf.load.record.step_counters import StepCounters, TargetCounters

if TYPE_CHECKING:
    from mario_perf.load.steps import Step
    from mario_perf.run_record import Side


@dataclass(slots=True, eq=False)
class RequestInFlight:
    """A request that waits for its response; ``late`` is set in an open model. Never changed.

    It is not frozen: one is made for each request, and that would take three times as long.
    """

    counters: StepCounters
    start: float
    late: float | None


class LoadTarget:
    """One service under load, and the counts of its requests."""

    def __init__(self, side: Side, url: str, prefix: str = "") -> None:
        """``prefix`` stands before the names in Locust's statistics."""
        self.side = side
        self.url = url.rstrip("/")
        self.prefix = prefix
        self.warm_up = TargetCounters()
        self.window = TargetCounters()
        self.counters = self.warm_up
        self._in_flight: set[RequestInFlight] = set()

    def open_window(self) -> None:
        """Count new requests for the measurement window from now on."""
        self.counters = self.window

    def begin(self, step: Step, late: float | None) -> RequestInFlight:
        """Count a request as started, and as in flight until its :meth:`end`."""
        request = RequestInFlight(self.counters.begin(step), perf_counter(), late)
        self._in_flight.add(request)
        return request

    def end(self, request: RequestInFlight) -> bool:
        """End a request; return whether its end still counts."""
        counts = request in self._in_flight
        self._in_flight.discard(request)
        return counts

    def close(self) -> None:
        """Count how long requests in flight have waited so far, and nothing afterwards."""
        now = perf_counter()
        while self._in_flight:
            request = self._in_flight.pop()
            request.counters.count_latency(now - request.start, request.late)
        self.counters = TargetCounters()
