"""The same metrics for an application on the Neuroglia framework (``neuroglia-python``).

Neuroglia's handlers answer with an ``OperationResult`` that may be a failure, where ours raise; and its
mediator sends domain events through the same pipeline. Import it only where the framework is installed.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING, Any, Generic

from neuroglia.core import OperationResult
from neuroglia.data.exceptions import EntityNotFoundException
from neuroglia.dependency_injection import ServiceCollection, ServiceDescriptor, ServiceLifetime
from neuroglia.mediation import Command, PipelineBehavior, Query, metrics_middleware
from neuroglia.validation.exceptions import BusinessRuleViolationException, ValidationException

from mario_perf.pizzeria.cqrs import error_categories
from mario_perf.pizzeria.cqrs.metrics.behavior import EXECUTION_ERRORS, Handle
from mario_perf.pizzeria.cqrs.metrics.collector import process_recorder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mario_perf.pizzeria.cqrs.metrics.behavior import OperationRecorder

STATUSES: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "authorization",
    HTTPStatus.FORBIDDEN: "authorization",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.UNPROCESSABLE_ENTITY: "validation",
}
"""Categories of failed results. Others are broken rules, or from 500 on the application's own fault."""

ERRORS: error_categories.Categories = (
    (BusinessRuleViolationException, "business_rule"),  # to the framework it is a validation, too
    (ValidationException, "validation"),
    (EntityNotFoundException, "not_found"),
    *error_categories.CATEGORIES,
)
"""Categories of what is raised."""


class NeurogliaMetricsBehavior(Generic[Handle]):
    """Counts and times each request by its type, and domain events as ``operation="request"``."""

    def __init__(self, recorder: OperationRecorder[Handle]) -> None:
        self._recorder = recorder
        self._operations: dict[type, Handle] = {}

    async def handle_async(self, request: Any, next_handler: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401
        """Run the rest of the pipeline and count how it went; its answer or error goes through unchanged."""
        operation = self._operations.get(type(request)) or self._known(type(request))
        started = perf_counter()
        try:
            answer = await next_handler()
        except EXECUTION_ERRORS as error:
            milliseconds = (perf_counter() - started) * 1e3
            self._recorder.failed(operation, milliseconds, error_categories.category(error, ERRORS))
            raise
        milliseconds = (perf_counter() - started) * 1e3
        if isinstance(answer, OperationResult) and not answer.is_success:
            self._recorder.failed(operation, milliseconds, _category_of(answer.status))
        else:
            self._recorder.succeeded(operation, milliseconds)
        return answer

    def _known(self, request_type: type) -> Handle:
        operation = self._recorder.operation(_kind(request_type), request_type.__name__)
        self._operations[request_type] = operation
        return operation


def add_cqrs_metrics(
    services: ServiceCollection, recorder: OperationRecorder[Any] | None = None
) -> ServiceCollection:
    """Time everything that goes through the mediator, outermost.

    The figures are in the default registry of ``prometheus_client``, and so on the application's own
    ``/metrics``, unless another ``recorder`` is given: an ``OpenTelemetryRecorder``, or one with other bounds
    (``collector.RecorderCollector`` shows it in a registry).

    The framework's own behaviour goes, whether it was added before (``Observability.configure`` does so) or
    will be: everything would be counted twice.
    """
    behavior = NeurogliaMetricsBehavior(process_recorder() if recorder is None else recorder)
    services[:] = [each for each in services if each.implementation_type is not NeurogliaMetricsBehavior]
    # The framework puts scoped behaviours around all others, in the order of the collection.
    ours = ServiceDescriptor(
        PipelineBehavior,
        NeurogliaMetricsBehavior,
        implementation_factory=lambda _: behavior,
        lifetime=ServiceLifetime.SCOPED,
    )
    services.insert(0, ours)
    services.build = partial(_build, services)
    return services


def extend_service_collection() -> None:
    """From now on ``services.add_cqrs_metrics()`` is this one, in place of the framework's own."""
    from neuroglia.extensions import cqrs_metrics_extensions  # noqa: F401, PLC0415 - sets its own, once

    ServiceCollection.add_cqrs_metrics = add_cqrs_metrics


def _build(services: ServiceCollection) -> Any:  # noqa: ANN401 - the framework has no types
    """A provider of the services, without the framework's own metrics."""
    services[:] = [each for each in services if not _is_frameworks_own(each)]
    return type(services).build(services)


def _is_frameworks_own(service: ServiceDescriptor) -> bool:
    return service.service_type is PipelineBehavior and (
        service.implementation_type is metrics_middleware.MetricsPipelineBehavior
        or getattr(service.implementation_factory, "__module__", None) == metrics_middleware.__name__
    )


def _kind(request_type: type) -> str:
    if issubclass(request_type, Command):
        return "command"
    return "query" if issubclass(request_type, Query) else "request"


def _category_of(status: int) -> str:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "exception"
    return STATUSES.get(status, "business_rule")
