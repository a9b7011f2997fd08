"""Dispatch by type, through a pipeline of behaviours."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from mario_perf.pizzeria.cqrs.requests import Handler, Request

R = TypeVar("R")


class PipelineBehavior(Protocol):
    """Something that happens around every request."""

    async def handle_async(self, request: Any, next_handler: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401
        """Do it, call ``next_handler`` for the rest, give its answer back."""
        ...


class Mediator:
    """Sends each request to the one handler of its type; the first behaviour is the outermost."""

    def __init__(
        self, handlers: Mapping[type, Handler[Any]], behaviors: Iterable[PipelineBehavior] = ()
    ) -> None:
        self._handlers = dict(handlers)
        self._behaviors = tuple(reversed(tuple(behaviors)))

    @property
    def request_types(self) -> tuple[type, ...]:
        """Every type that has a handler."""
        return tuple(self._handlers)

    async def execute_async(self, request: Request[R]) -> R:
        """Answer a request.

        Raises:
            LookupError: no handler is registered for its type.
            Exception: whatever the handler or a behaviour raises.
        """
        handler = self._handlers.get(type(request))
        if handler is None:
            raise LookupError(f"no handler for {type(request).__name__}")
        call: Callable[[], Awaitable[Any]] = partial(handler.handle_async, request)
        for behavior in self._behaviors:
            call = partial(behavior.handle_async, request, call)
        return cast("R", await call())
