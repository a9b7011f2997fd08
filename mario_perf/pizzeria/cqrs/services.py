"""What a mediator is made of, collected before it is built."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mario_perf.pizzeria.cqrs.mediator import Mediator

if TYPE_CHECKING:
    from mario_perf.pizzeria.cqrs.mediator import PipelineBehavior
    from mario_perf.pizzeria.cqrs.requests import Handler


@dataclass(slots=True)
class ServiceCollection:
    """Handlers by request type, and behaviours from the outermost to the innermost."""

    handlers: dict[type, Handler[Any]] = field(default_factory=dict)
    behaviors: list[PipelineBehavior] = field(default_factory=list)

    def build_mediator(self) -> Mediator:
        """A mediator of all that was collected."""
        return Mediator(self.handlers, self.behaviors)
