"""The process itself, under the names that Prometheus clients share."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from mario_perf.pizzeria.observability.metric_families import Numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAGE = os.sysconf("SC_PAGE_SIZE")
_OWN = Path("/proc/self")


class ProcessMetrics:
    """Start, CPU time, memory, files and threads; memory and files only where there is a ``/proc``."""

    def __init__(self) -> None:
        self._start = Numbers("process_start_time_seconds", "gauge", "When the service started")
        self._start.set(time.time())
        self._cpu = Numbers("process_cpu_seconds_total", "counter", "CPU time used, user and system")
        self._memory = Numbers("process_resident_memory_bytes", "gauge", "Resident memory")
        self._files = Numbers("process_open_fds", "gauge", "Open files")
        self._threads = Numbers("process_threads", "gauge", "Threads")

    def lines(self) -> Iterator[bytes]:
        """As Prometheus text, read now."""
        self._cpu.set(time.process_time())
        self._threads.set(threading.active_count())
        metrics = [self._start, self._cpu, self._threads]
        if _OWN.exists():
            self._memory.set(int((_OWN / "statm").read_text().split()[1]) * _PAGE)
            self._files.set(sum(1 for _ in (_OWN / "fd").iterdir()) - 1)  # without the one that lists them
            metrics += [self._memory, self._files]
        for each in metrics:
            yield from each.lines()
