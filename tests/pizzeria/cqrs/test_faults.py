import asyncio

import pytest

from mario_perf.pizzeria.cqrs.faults import Fault, FaultInjectionBehavior, InjectedFaultError
from mario_perf.pizzeria.cqrs.requests import Query


class Ask(Query[float]):
    __slots__ = ()


class Other(Query[float]):
    __slots__ = ()


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
    behavior = FaultInjectionBehavior({"Ask": Fault(ratio=1)})
    assert failures(behavior, [Other(), Ask(), Other()]) == [False, True, False]


def test_a_failure_keeps_the_handler_from_running() -> None:
    ran = []

    async def handler() -> None:
        ran.append(1)

    with pytest.raises(InjectedFaultError, match="Ask"):
        asyncio.run(FaultInjectionBehavior({"Ask": Fault(ratio=1)}).handle_async(Ask(), handler))
    assert ran == []


def test_about_as_many_fail_as_were_asked_for() -> None:
    drawn = failures(FaultInjectionBehavior({"Ask": Fault(ratio=0.2)}, seed=1), [Ask()] * 2000)
    assert 320 <= sum(drawn) <= 480  # 400 expected, 4.5 standard deviations either way


def test_the_seed_decides_which_executions_fail() -> None:
    def drawn(seed: int) -> list[bool]:
        return failures(FaultInjectionBehavior({"Ask": Fault(ratio=0.5)}, seed), [Ask()] * 100)

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_which_executions_fail_does_not_depend_on_other_operations() -> None:
    faults = {"Ask": Fault(ratio=0.5), "Other": Fault(ratio=0.5)}
    mixed = failures(FaultInjectionBehavior(faults), [Other(), Ask()] * 50)[1::2]
    assert mixed == failures(FaultInjectionBehavior(faults), [Ask()] * 50)
