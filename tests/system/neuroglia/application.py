"""A small web application on the real framework, run in the environment where that is installed.

Its argument says how it gets its metrics. Prints where it listens, and serves until it is ended.
"""

import asyncio
import socket
import sys
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI, Response
from neuroglia.core import OperationResult
from neuroglia.data.exceptions import EntityNotFoundException
from neuroglia.eventing import DomainEvent
from neuroglia.hosting.web import WebApplicationBuilder
from neuroglia.mediation import (
    Command,
    CommandHandler,
    Mediator,
    NotificationHandler,
    PipelineBehavior,
    Query,
    QueryHandler,
)
from neuroglia.observability import ApplicationSettingsWithObservability, Observability
from neuroglia.validation.exceptions import BusinessRuleViolationException, ValidationException

from mario_perf.pizzeria.cqrs.metrics.neuroglia import add_cqrs_metrics, extend_service_collection
from mario_perf.pizzeria.cqrs.metrics.opentelemetry import OpenTelemetryRecorder

RESTING = 0.02
PATIENCE = 0.3
"""Seconds."""


@dataclass
class BakeCommand(Command[OperationResult[str]]):
    """Bakes, or refuses in the way that it is told to."""

    how: str


class BakeHandler(CommandHandler[BakeCommand, OperationResult[str]]):
    """Answers with each kind of result, and raises each kind of error."""

    async def handle_async(self, request: BakeCommand) -> OperationResult[str]:
        answers = {
            "well": lambda: self.ok("pizza"),
            "unknown": lambda: self.not_found(str, "p1"),
            "full": lambda: self.bad_request("Kitchen is at capacity"),
            "forbidden": self.forbidden,
            "malformed": lambda: self.unprocessable_entity("no size"),
            "broken": self.internal_server_error,
            "nonstandard": lambda: OperationResult("Client Closed Request", 499),
        }
        errors = {
            "on fire": RuntimeError("the oven is on fire"),
            "invalid": ValidationException("no size"),
            "against the rules": BusinessRuleViolationException("closed", "opening hours"),
            "lost": EntityNotFoundException("p1"),
        }
        if request.how == "slowly":
            await asyncio.sleep(60)
        if request.how in errors:
            raise errors[request.how]
        return answers[request.how]()


@dataclass
class GetOvenQuery(Query[OperationResult[int]]):
    """How hot it is."""


class GetOvenHandler(QueryHandler[GetOvenQuery, OperationResult[int]]):
    """Reads the thermometer."""

    async def handle_async(self, request: GetOvenQuery) -> OperationResult[int]:  # noqa: ARG002
        return self.ok(300)


class BakedEvent(DomainEvent[str]):
    """Something was baked."""


class BakedHandler(NotificationHandler[BakedEvent]):
    """Smells it."""

    async def handle_async(self, notification: BakedEvent) -> None:  # noqa: ARG002
        await asyncio.sleep(0)


class RestingBehavior(PipelineBehavior):
    """Takes its time around every request."""

    async def handle_async(self, request: object, next_handler: object) -> object:  # noqa: ARG002
        await asyncio.sleep(RESTING)
        return await next_handler()  # type: ignore[operator]


def observed(builder: WebApplicationBuilder) -> None:
    """The framework's own way to metrics."""
    Observability.configure(builder, tracing_enabled=False, logging_enabled=False)


def metered(builder: WebApplicationBuilder, how: str) -> None:
    services = builder.services
    match how:
        case "before":
            add_cqrs_metrics(services)
            observed(builder)
        case "after":
            observed(builder)
            add_cqrs_metrics(services)
        case "twice":
            add_cqrs_metrics(services)
            add_cqrs_metrics(services)
            observed(builder)
        case "by the collection's method":
            extend_service_collection()
            from neuroglia.extensions import cqrs_metrics_extensions  # noqa: F401, PLC0415 - may not win

            observed(builder)
            assert services.add_cqrs_metrics() is services
        case "through OpenTelemetry":
            add_cqrs_metrics(services, OpenTelemetryRecorder())
            observed(builder)


def application(how: str) -> FastAPI:
    settings = ApplicationSettingsWithObservability(
        service_name="bakery", otel_endpoint="http://127.0.0.1:9", otel_instrument_system_metrics=False
    )
    builder = WebApplicationBuilder(settings)
    builder.services.add_scoped(PipelineBehavior, RestingBehavior)
    Mediator.configure(builder, [__name__])
    metered(builder, how)
    app: FastAPI = builder.build_app_with_lifespan()

    @app.post("/bake/{how}")
    async def bake(how: str) -> Response:
        mediator = app.state.services.get_required_service(Mediator)
        result = await asyncio.wait_for(mediator.execute_async(BakeCommand(how)), PATIENCE)
        return Response(status_code=result.status)

    @app.get("/oven")
    async def oven() -> int:
        mediator = app.state.services.get_required_service(Mediator)
        degrees: int = (await mediator.execute_async(GetOvenQuery())).data
        return degrees

    @app.post("/smell")
    async def smell() -> None:
        await app.state.services.get_required_service(Mediator).publish_async(BakedEvent("pizza"))

    return app


def main() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)  # noqa: T201
    server = uvicorn.Server(uvicorn.Config(application(sys.argv[1]), log_level="critical"))
    server.run([listening])


if __name__ == "__main__":
    main()
