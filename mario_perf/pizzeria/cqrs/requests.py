"""What can be sent to a mediator."""

from __future__ import annotations

from typing import Any, Generic, Protocol, TypeVar

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Request(Generic[R]):
    """Something that is answered with an ``R``."""

    __slots__ = ()


class Command(Request[R]):
    """A wish to change something."""

    __slots__ = ()


class Query(Request[R]):
    """A question that changes nothing."""

    __slots__ = ()


def kind(request_type: type) -> str:
    """The ``operation`` label of a request type: what it is, not what it is called."""
    return "command" if issubclass(request_type, Command) else "query"


class Handler(Protocol[R_co]):
    """Answers one type of request."""

    async def handle_async(self, request: Any) -> R_co:  # noqa: ANN401 - dispatch is by type at run time
        """Answer it, or raise."""
        ...
