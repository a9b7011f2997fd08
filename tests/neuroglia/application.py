"""A small application on the real framework, run in the environment where that is installed.

Prints the exposition of what its commands, queries and events did.
"""

import asyncio
import logging
import sys
from contextlib import suppress
from dataclasses import dataclass

from neuroglia.core import OperationResult
from neuroglia.dependency_injection import ServiceCollection
from neuroglia.eventing import DomainEvent
from neuroglia.mediation import Command, CommandHandler, Mediator, NotificationHandler, Query, QueryHandler

from pizzeria.cqrs.metrics import neuroglia
from pizzeria.cqrs.metrics.exposition import Exposition
from pizzeria.cqrs.metrics.recorder import Recorder


@dataclass
class BakeCommand(Command[OperationResult[str]]):
    """Bakes, or refuses in the way that it is told to."""

    how: str


class BakeHandler(CommandHandler[BakeCommand, OperationResult[str]]):
    """Answers with each kind of result."""

    async def handle_async(self, request: BakeCommand) -> OperationResult[str]:
        answers = {
            "well": lambda: self.ok("pizza"),
            "unknown": lambda: self.not_found(str, "p1"),
            "full": lambda: self.bad_request("Kitchen is at capacity"),
            "forbidden": self.forbidden,
            "malformed": lambda: self.unprocessable_entity("no size"),
            "broken": self.internal_server_error,
        }
        if request.how == "on fire":
            raise RuntimeError("the oven is on fire")
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


async def main() -> None:
    services = ServiceCollection()
    neuroglia.extend_service_collection()
    assert services.add_cqrs_metrics() is services
    services.add_singleton(Mediator)
    for handler in (BakeHandler, GetOvenHandler):
        services.add_scoped(handler)
    services.add_scoped(NotificationHandler, BakedHandler)
    Mediator._handler_registry = {BakeCommand: BakeHandler, GetOvenQuery: GetOvenHandler}
    provider = services.build()
    mediator = provider.get_required_service(Mediator)
    for how in ("well", "well", "unknown", "full", "forbidden", "malformed", "broken"):
        await mediator.execute_async(BakeCommand(how))
    with suppress(RuntimeError):
        await mediator.execute_async(BakeCommand("on fire"))
    for _ in range(3):
        answer = await mediator.execute_async(GetOvenQuery())
        assert answer.data == 300, answer
    await mediator.publish_async(BakedEvent("pizza"))
    sys.stdout.write(Exposition(provider.get_required_service(Recorder)).render())


logging.disable(logging.CRITICAL)
asyncio.run(main())
