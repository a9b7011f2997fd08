"""Faults on purpose: slower, later, or failing, for one operation at a time."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

SLEEPABLE = 0.002
"""Seconds. An event loop wakes up to a millisecond late, so shorter waits are worked off instead."""


class InjectedFaultError(Exception):
    """A failure that was asked for."""


@dataclass(frozen=True, slots=True)
class Fault:
    """``factor`` multiplies the handler's own time, ``delay`` adds seconds, ``ratio`` is how many fail."""

    factor: float = 1.0
    delay: float = 0.0
    ratio: float = 0.0


class FaultInjectionBehavior:
    """Injects faults by the name of the request's type."""

    def __init__(self, faults: Mapping[str, Fault], seed: int = 0) -> None:
        self._faults = dict(faults)
        # One sequence an operation: which of its executions fail does not depend on what else goes on.
        self._draws = {name: random.Random(f"{seed} {name}") for name in faults}  # noqa: S311 - no secrets

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
        started = time.perf_counter()
        try:
            return await next_handler()
        finally:
            now = time.perf_counter()
            _work_until(now + (now - started) * (fault.factor - 1.0))
            await _wait(fault.delay)


async def _wait(seconds: float) -> None:
    """Let exactly so much time go by: sleep for most of it, work off the rest."""
    end = time.perf_counter() + seconds
    if seconds > SLEEPABLE:
        await asyncio.sleep(seconds - SLEEPABLE)
    _work_until(end)


def _work_until(end: float) -> None:
    while time.perf_counter() < end:
        pass
