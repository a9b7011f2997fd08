"""Whether the load generator keeps up: how much of a core it needs, and how late its event loop runs."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from time import perf_counter, thread_time
from typing import Final

import gevent

from mario_perf.load.record.latency_counts import Latencies
from mario_perf.run_record import Generator

_INTERVAL: Final = 0.01
"""Seconds between two probes: short enough that a window of two seconds has a p99 below its maximum."""


_SCHEDULER: Final = Path("/proc/thread-self/schedstat")
"""Nanoseconds for which this thread ran, and for which it waited for a core. Only Linux has it."""


class GeneratorHealth:
    """Measures this thread between ``start`` and ``stop``, while requests may begin."""

    def __init__(self) -> None:
        self._lags = Latencies()
        self._greenlet: gevent.Greenlet | None = None
        self._wall = self._needed = self._utilisation = 0.0

    @property
    def figures(self) -> Generator:
        """What was measured; all are zero when it was never started."""
        return Generator(
            cpu_utilisation=self._utilisation,
            loop_lag_p99=self._lags.quantile(0.99),
            loop_lag_max=self._lags.maximum_us / 1e6,
        )

    def start(self) -> None:
        """Begin to measure."""
        self._wall, self._needed = perf_counter(), _needed()
        self._greenlet = gevent.spawn(self._keep_probing)

    def stop(self) -> None:
        """End the measurement, if one is in progress."""
        if self._greenlet is None:
            return
        self._utilisation = (_needed() - self._needed) / (perf_counter() - self._wall)
        self._greenlet.kill()
        self._greenlet = None

    def _keep_probing(self) -> None:
        while True:
            start = perf_counter()
            gevent.sleep(_INTERVAL)
            self._lags.add(perf_counter() - start - _INTERVAL)


def _needed() -> float:
    """Seconds that this thread ran or waited for a core. A core that others hold is not idle time."""
    waited = 0
    with suppress(OSError):
        _, waited, _ = map(int, _SCHEDULER.read_text().split())
    return thread_time() + waited / 1e9
