"""Faults on purpose, for one operation at a time."""

from __future__ import annotations

import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from contextlib import AbstractAsyncContextManager

SLEEPABLE = 0.002
"""Seconds. An event loop wakes up to a millisecond late, so shorter waits are worked off instead."""

ROUND_TRIP = 0.003
"""Seconds that the section of a pool waits, as for a database elsewhere, if no lock says how long."""

BLOCK = bytes(16_384)
"""Work for a processor: hashing this much takes some 10 microseconds, without the interpreter's lock."""


class InjectedFaultError(Exception):
    """A failure that was asked for."""


class Store(Protocol):
    """What faults read."""

    def look_up(self) -> None:
        """One SQL statement."""

    def read_orders(self, most: int) -> None:
        """Every stored order one by one, at most this number; -1 for all."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one operation. Times are seconds.

    ``section`` is a wait that at most ``places`` executions have at once; 0 means any number.
    """

    factor: float = 1.0  # of the handler's own time
    delay: float = 0.0
    ratio: float = 0.0  # of the executions that fail
    section: float | None = None
    places: int = 0
    spin: float = 0.0  # the interpreter does nothing else
    reads: int | None = None  # orders that are read one by one; -1: all that are stored
    queries: int = 0
    leak: int = 0  # bytes
    burn: float | None = None  # CPU time after the answer


class FaultInjectionBehavior:
    """Injects faults by the name of the request's type."""

    def __init__(self, faults: Mapping[str, Fault], store: Store, seed: int = 0) -> None:
        self._faults = dict(faults)
        self._store = store
        # One sequence an operation: which of its executions fail does not depend on what else goes on.
        self._draws = {name: random.Random(f"{seed} {name}") for name in faults}  # noqa: S311 - no secrets
        self._sections = {name: _limit(fault.places) for name, fault in faults.items()}
        self._leaked: list[bytes] = []
        self._background = ThreadPoolExecutor(1)

    async def handle_async(self, request: Any, next_handler: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401
        """Run the handler as slowly, or fail as often, as was asked for.

        Raises:
            InjectedFaultError: this one was drawn to fail; the handler did not run.
        """
        name = type(request).__name__
        fault = self._faults.get(name)
        if fault is None:
            return await next_handler()
        if self._draws[name].random() < fault.ratio:
            raise InjectedFaultError(f"{name} was asked to fail")
        await self._before(name, fault)
        started = time.perf_counter()
        try:
            return await next_handler()
        finally:
            now = time.perf_counter()
            _work_until(now + (now - started) * (fault.factor - 1.0))
            await _wait(fault.delay)
            self._leave_behind(fault)

    async def _before(self, name: str, fault: Fault) -> None:
        """What an execution does and waits for before its own work."""
        if fault.section is not None:
            async with self._sections[name]:
                await asyncio.sleep(fault.section)
        _work_until(time.perf_counter() + fault.spin)
        for _ in range(fault.queries):
            self._store.look_up()
        if fault.reads is not None:
            self._store.read_orders(fault.reads)

    def _leave_behind(self, fault: Fault) -> None:
        """What is left of an execution that has its answer."""
        if fault.leak:
            self._leaked.append(b"." * fault.leak)  # written to: untouched memory would not be resident
        if fault.burn is not None:
            self._background.submit(_burn, fault.burn)


def _limit(places: int) -> AbstractAsyncContextManager[Any]:
    return asyncio.Semaphore(places) if places else nullcontext()


async def _wait(seconds: float) -> None:
    """Let exactly this time go by: sleep for most of it, work off the rest."""
    end = time.perf_counter() + seconds
    if seconds > SLEEPABLE:
        await asyncio.sleep(seconds - SLEEPABLE)
    _work_until(end)


def _work_until(end: float) -> None:
    while time.perf_counter() < end:
        pass


def _burn(seconds: float) -> None:
    """Use this much of a processor, and leave the interpreter to others."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sha256(BLOCK)
