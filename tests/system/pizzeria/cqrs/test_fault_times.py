"""A fault takes real time, whatever else the machine does."""

import asyncio
from time import perf_counter

import pytest

from mario_perf.pizzeria.cqrs.faults import SLEEPABLE, Fault, FaultInjectionBehavior
from mario_perf.pizzeria.cqrs.requests import Query
from mario_perf.pizzeria.infrastructure.database import open_database
from mario_perf.pizzeria.infrastructure.fault_queries import FaultQueries


class Ask(Query[float]):
    __slots__ = ()


async def spinning() -> float:
    """Work for a millisecond; what it really took."""
    started = perf_counter()
    while perf_counter() < started + 0.001:
        pass
    return perf_counter() - started


def timed(fault: Fault, request: Query[float]) -> tuple[float, float]:
    """What the handler took, and what it took with the fault."""

    async def both(behavior: FaultInjectionBehavior) -> tuple[float, float]:
        started = perf_counter()
        own = await behavior.handle_async(request, spinning)
        return own, perf_counter() - started

    with open_database(None) as connection:
        return asyncio.run(both(FaultInjectionBehavior({"Ask": fault}, FaultQueries(connection))))


def test_a_slow_operation_takes_at_least_its_multiple() -> None:
    own, whole = timed(Fault(factor=4), Ask())
    assert whole >= 4 * own


def test_an_operation_that_holds_the_interpreter_takes_that_much_longer() -> None:
    own, whole = timed(Fault(spin=0.004), Ask())
    assert whole >= own + 0.004


@pytest.mark.parametrize("delay", [SLEEPABLE / 2, SLEEPABLE * 5])
def test_a_delayed_operation_takes_at_least_that_much_longer(delay: float) -> None:
    own, whole = timed(Fault(delay=delay), Ask())
    assert whole >= own + delay
