"""Whether the load generator keeps up: its CPU, and how late its event loop runs."""

from __future__ import annotations

from time import perf_counter, process_time
from typing import Final

import gevent

from mario_perf.load.record.latency_counts import Latencies
from mario_perf.run_record import Generator

_INTERVAL: Final = 0.01
"""Seconds between two probes: short enough that a window of two seconds has a p99 below its maximum."""


class GeneratorHealth:
    """Measures this process between ``start`` and ``stop``."""

    def __init__(self) -> None:
        self._lags = Latencies()
        self._greenlet: gevent.Greenlet | None = None
        self._wall = self._cpu = 0.0

    def start(self) -> None:
        self._wall, self._cpu = perf_counter(), process_time()
        self._greenlet = gevent.spawn(self._keep_probing)

    def stop(self) -> Generator:
        """Stop, and return the figures; all are zero when it was never started."""
        if self._greenlet is None:
            return Generator(cpu_utilisation=0.0, loop_lag_p99=0.0, loop_lag_max=0.0)
        self._greenlet.kill()
        wall, cpu = perf_counter() - self._wall, process_time() - self._cpu
        return Generator(
            cpu_utilisation=cpu / wall,
            loop_lag_p99=self._lags.quantile(0.99),
            loop_lag_max=self._lags.maximum_us / 1e6,
        )

    def _keep_probing(self) -> None:
        while True:
            start = perf_counter()
            gevent.sleep(_INTERVAL)
            self._lags.add(perf_counter() - start - _INTERVAL)
