"""Time that passes only when all greenlets wait, and then in one jump: each moment is exact."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import gevent
import gevent.timeout
from gevent.event import Event

from mario_perf.load.arrivals import pausable_clock
from mario_perf.load.record import generator_health, run_phases, scraper
from mario_perf.load.users import load_target, user_group

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

_TICK: Final = 1e-5
"""Seconds that the shortest wait takes: less would be lost in rounding, and no time pass."""

_CLOCKS: Final = {
    pausable_clock: ("perf_counter",),
    generator_health: ("perf_counter",),
    run_phases: ("now",),
    scraper: ("now", "perf_counter"),
    load_target: ("perf_counter",),
    user_group: ("perf_counter",),
}
"""What the load reads the time with."""


class VirtualTime:
    """A clock that jumps to the next moment that a greenlet waits for, when all of them wait."""

    def __init__(self) -> None:
        self.now = 1e9
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._number = count()
        self._driving = gevent.spawn(self._drive)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let gevent wait in this time, and the load read it."""
        monkeypatch.setattr(gevent, "sleep", self.sleep)
        monkeypatch.setattr(gevent.timeout, "get_hub", lambda: _Hub(self))
        for module, names in _CLOCKS.items():
            for name in names:
                monkeypatch.setattr(module, name, self.read)

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float = 0.0) -> None:
        woken = Event()
        self.call_after(seconds, woken.set)
        woken.wait()

    def freeze(self, seconds: float) -> None:
        """Let time pass in which this process does nothing: what is due meanwhile is late."""
        self.now += seconds

    def call_after(self, seconds: float, callback: Callable[[], object]) -> None:
        heappush(self._due, (self.now + max(seconds, _TICK), next(self._number), callback))

    def stop(self) -> None:
        self._driving.kill()

    def _drive(self) -> None:
        threads = gevent.get_hub().threadpool.task_queue
        while True:
            gevent.idle()
            if self._due and not threads.unfinished_tasks:
                moment, _, callback = heappop(self._due)
                self.now = max(self.now, moment)
                gevent.get_hub().loop.run_callback(callback)  # as a real timer: not in this greenlet


class _Hub:
    """What `gevent.Timeout`, and so every wait with a limit, asks for a timer."""

    def __init__(self, time: VirtualTime) -> None:
        self.loop = self
        self._time = time

    def timer(self, seconds: float, **_: Any) -> _Timer:
        return _Timer(self._time, seconds)


class _Timer:
    """One of gevent's timers, in virtual time."""

    def __init__(self, time: VirtualTime, seconds: float) -> None:
        self._time, self._seconds = time, seconds
        self._started = 0
        self.pending = False

    @property
    def active(self) -> bool:
        return self.pending

    def start(self, callback: Callable[..., object], *arguments: Any, **_: Any) -> None:
        self._started += 1
        self.pending = True
        mine = self._started

        def expire() -> None:
            if self.pending and mine == self._started:
                self.pending = False
                callback(*arguments)

        self._time.call_after(self._seconds, expire)

    def stop(self) -> None:
        self.pending = False

    close = stop
