"""The same metrics for an application on the Neuroglia framework (``neuroglia-python``).

Neuroglia's handlers answer with an ``OperationResult`` that may be a failure, where ours raise; and its
mediator sends domain events through the same pipeline. Import it only where the framework is installed.
"""

from __future__ import annotations

from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING, Any

from neuroglia.core import OperationResult
from neuroglia.dependency_injection import ServiceCollection
from neuroglia.mediation import Command, PipelineBehavior, Query

from pizzeria.cqrs.errors import category
from pizzeria.cqrs.metrics.recorder import BOUNDS, Recorder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from pizzeria.cqrs.metrics.recorder import OperationMetrics

CATEGORIES = {
    HTTPStatus.UNAUTHORIZED: "authorization",
    HTTPStatus.FORBIDDEN: "authorization",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.UNPROCESSABLE_ENTITY: "validation",
}
"""Of failed results by status. Others are broken rules, or from 500 on the application's own fault."""


class NeurogliaMetricsBehavior:
    """Counts and times each request by its type, and domain events as ``operation="request"``."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._operations: dict[type, OperationMetrics] = {}

    async def handle_async(self, request: Any, next_handler: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401
        """Run the rest of the pipeline and count how it went; its answer or error goes through unchanged."""
        operation = self._operations.get(type(request)) or self._known(type(request))
        started = perf_counter()
        try:
            answer = await next_handler()
        except Exception as error:
            self._recorder.failed(operation, (perf_counter() - started) * 1e3, category(error))
            raise
        milliseconds = (perf_counter() - started) * 1e3
        if isinstance(answer, OperationResult) and not answer.is_success:
            self._recorder.failed(operation, milliseconds, _category_of(answer.status))
        else:
            self._recorder.succeeded(operation, milliseconds)
        return answer

    def _known(self, request_type: type) -> OperationMetrics:
        operation = self._recorder.operation(_kind(request_type), request_type.__name__)
        self._operations[request_type] = operation
        return operation


def add_cqrs_metrics(services: ServiceCollection, *, bounds: Sequence[float] = BOUNDS) -> ServiceCollection:
    """Time everything that goes through the mediator, in histograms with these ``bounds`` (milliseconds).

    Call it before other behaviours are added: the first is the outermost. The ``Recorder`` is a singleton of
    ``services``, for ``exposition.Exposition`` to render.

    Raises:
        ValueError: the bounds are empty, not finite or not ascending.
    """
    recorder = Recorder(bounds)
    services.add_singleton(Recorder, singleton=recorder)
    services.add_singleton(PipelineBehavior, singleton=NeurogliaMetricsBehavior(recorder))
    return services


def extend_service_collection() -> None:
    """From now on ``services.add_cqrs_metrics()`` is this one, in place of the framework's own."""
    ServiceCollection.add_cqrs_metrics = add_cqrs_metrics


def _kind(request_type: type) -> str:
    if issubclass(request_type, Command):
        return "command"
    return "query" if issubclass(request_type, Query) else "request"


def _category_of(status: int) -> str:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "exception"
    return CATEGORIES.get(HTTPStatus(status), "business_rule")
