import asyncio
import tracemalloc

import pytest

from mario_perf.pizzeria.cqrs.faults import Fault, FaultInjectionBehavior, InjectedFaultError
from mario_perf.pizzeria.cqrs.requests import Query

SLEEP = asyncio.sleep


class Ask(Query[float]):
    __slots__ = ()


class Other(Query[float]):
    __slots__ = ()


class Store:
    """Writes down what was read of it."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def look_up(self) -> None:
        self.read.append("look up")

    def read_orders(self, most: int) -> None:
        self.read.append(f"orders {most}")


def injecting(faults: dict[str, Fault], store: Store | None = None, seed: int = 0) -> FaultInjectionBehavior:
    return FaultInjectionBehavior(faults, store or Store(), seed)


def together(fault: Fault, executions: int) -> int:
    """The most handlers that ran or waited at once, of executions that began at once."""
    behavior, inside = injecting({"Ask": fault}), 0
    most = 0

    async def section(seconds: float) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await SLEEP(seconds)
        inside -= 1

    async def everyone() -> None:
        await asyncio.gather(*(behavior.handle_async(Ask(), nothing) for _ in range(executions)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mario_perf.pizzeria.cqrs.faults.asyncio.sleep", section)
        asyncio.run(everyone())
    return most


async def nothing() -> None:
    pass


def failures(behavior: FaultInjectionBehavior, requests: list[Query[float]]) -> list[bool]:
    async def one(request: Query[float]) -> bool:
        try:
            await behavior.handle_async(request, lambda: asyncio.sleep(0))
        except InjectedFaultError:
            return True
        return False

    async def every() -> list[bool]:
        return [await one(request) for request in requests]

    return asyncio.run(every())


def test_other_operations_are_left_alone() -> None:
    behavior = injecting({"Ask": Fault(ratio=1)})
    assert failures(behavior, [Other(), Ask(), Other()]) == [False, True, False]


def test_a_failure_keeps_the_handler_from_running() -> None:
    ran = []

    async def handler() -> None:
        ran.append(1)

    with pytest.raises(InjectedFaultError, match="Ask"):
        asyncio.run(injecting({"Ask": Fault(ratio=1)}).handle_async(Ask(), handler))
    assert ran == []


def test_about_as_many_fail_as_were_asked_for() -> None:
    drawn = failures(injecting({"Ask": Fault(ratio=0.2)}, seed=1), [Ask()] * 2000)
    assert 320 <= sum(drawn) <= 480  # 400 expected, 4.5 standard deviations either way


def test_the_seed_decides_which_executions_fail() -> None:
    def drawn(seed: int) -> list[bool]:
        return failures(injecting({"Ask": Fault(ratio=0.5)}, seed=seed), [Ask()] * 100)

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_which_executions_fail_does_not_depend_on_other_operations() -> None:
    faults = {"Ask": Fault(ratio=0.5), "Other": Fault(ratio=0.5)}
    mixed = failures(injecting(faults), [Other(), Ask()] * 50)[1::2]
    assert mixed == failures(injecting(faults), [Ask()] * 50)


@pytest.mark.parametrize(("places", "most"), [(1, 1), (2, 2), (0, 5)])
def test_a_section_has_no_more_executions_at_once_than_places(places: int, most: int) -> None:
    assert together(Fault(section=0.0, places=places), 5) == most


def test_what_an_execution_reads_is_what_was_asked_for() -> None:
    store = Store()
    asyncio.run(injecting({"Ask": Fault(queries=2, reads=-1)}, store).handle_async(Ask(), nothing))
    assert store.read == ["look up", "look up", "orders -1"]


def test_memory_that_leaks_stays_in_use() -> None:
    behavior = injecting({"Ask": Fault(leak=100_000)})
    tracemalloc.start()
    try:
        for _ in range(5):
            asyncio.run(behavior.handle_async(Ask(), nothing))
        assert tracemalloc.get_traced_memory()[0] >= 500_000
    finally:
        tracemalloc.stop()
