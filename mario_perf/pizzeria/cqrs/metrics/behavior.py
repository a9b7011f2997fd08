"""The pipeline behaviour that times everything which goes through a mediator."""

from __future__ import annotations

from asyncio import CancelledError
from time import perf_counter
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from mario_perf.pizzeria.cqrs.error_categories import category
from mario_perf.pizzeria.cqrs.requests import kind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

Handle = TypeVar("Handle")


class OperationRecorder(Protocol[Handle]):
    """Where executions are counted; ``Handle`` is whatever it keeps of an operation."""

    def operation(self, kind: str, name: str) -> Handle:
        """What executions of this operation are counted under."""

    def succeeded(self, operation: Handle, milliseconds: float) -> None:
        """One execution gave an answer."""

    def failed(self, operation: Handle, milliseconds: float, category: str) -> None:
        """One execution raised an error of this category."""


EXECUTION_ERRORS = (Exception, CancelledError)
"""What ends an execution without an answer. Who waits with a timeout cancels, and just the slowest.

Not all of ``BaseException``: a coroutine that is thrown away is closed wherever the collector of garbage
happens to run, even under the recorder's lock.
"""


class MetricsPipelineBehavior(Generic[Handle]):
    """Counts and times each request by its type. Put it outermost: it should see all that happens.

    Args:
        recorder: where it is counted.
        request_types: known from the start, so that their series are exposed at 0 before their first use.
    """

    def __init__(self, recorder: OperationRecorder[Handle], request_types: Iterable[type] = ()) -> None:
        self._recorder = recorder
        self._operations: dict[type, Handle] = {}
        for request_type in request_types:
            self._known(request_type)

    async def handle_async(self, request: Any, next_handler: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401
        """Run the rest of the pipeline and count how it went; its answer or error goes through unchanged."""
        operation = self._operations.get(type(request)) or self._known(type(request))
        started = perf_counter()
        try:
            answer = await next_handler()
        except EXECUTION_ERRORS as error:
            self._recorder.failed(operation, (perf_counter() - started) * 1e3, category(error))
            raise
        self._recorder.succeeded(operation, (perf_counter() - started) * 1e3)
        return answer

    def _known(self, request_type: type) -> Handle:
        operation = self._recorder.operation(kind(request_type), request_type.__name__)
        self._operations[request_type] = operation
        return operation
