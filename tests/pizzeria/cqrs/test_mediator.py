from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from mario_perf.pizzeria.cqrs.mediator import Mediator
from mario_perf.pizzeria.cqrs.requests import Command, Query, kind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


@dataclass(frozen=True, slots=True)
class Double(Query[int]):
    number: int


@dataclass(frozen=True, slots=True)
class Forget(Command[None]):
    pass


class Doubling:
    async def handle_async(self, request: Double) -> int:
        return request.number * 2


@dataclass
class Noting:
    name: str
    notes: list[str] = field(default_factory=list)

    async def handle_async(self, request: Any, next_handler: Callable[[], Awaitable[Any]]) -> Any:
        self.notes.append(f"{self.name} before {type(request).__name__}")
        answer = await next_handler()
        self.notes.append(f"{self.name} after {answer}")
        return answer


class Negating:
    async def handle_async(self, _: Any, next_handler: Callable[[], Awaitable[int]]) -> int:
        return -await next_handler()


def test_the_type_of_a_request_finds_its_handler() -> None:
    assert asyncio.run(Mediator({Double: Doubling()}).execute_async(Double(4))) == 8


def test_the_first_behaviour_is_the_outermost() -> None:
    notes: list[str] = []
    behaviors = Noting("outer", notes), Noting("inner", notes)
    asyncio.run(Mediator({Double: Doubling()}, behaviors).execute_async(Double(4)))
    assert notes == ["outer before Double", "inner before Double", "inner after 8", "outer after 8"]


def test_a_behaviour_may_change_the_answer() -> None:
    assert asyncio.run(Mediator({Double: Doubling()}, [Negating()]).execute_async(Double(4))) == -8


def test_a_request_that_nobody_handles_is_named() -> None:
    with pytest.raises(LookupError, match="Forget"):
        asyncio.run(Mediator({Double: Doubling()}).execute_async(Forget()))


def test_what_a_request_is_does_not_depend_on_its_name() -> None:
    assert (kind(Double), kind(Forget)) == ("query", "command")
