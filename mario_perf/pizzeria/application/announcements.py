"""Orders that changed, sent to all listeners."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mario_perf.pizzeria.cqrs.requests import Command
from mario_perf.pizzeria.domain.order import Order

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

BACKLOG = 256
"""Orders that a listener may be behind. One that is further behind is let go: it has to look anew."""

END = None
"""What a listener hears last."""

Queue = asyncio.Queue[Order | None]


class Announcements:
    """Passes orders on to all listeners of this event loop; no listener can slow the service down."""

    def __init__(self) -> None:
        self._listeners: set[Queue] = set()

    @contextmanager
    def listen(self) -> Iterator[Queue]:
        """Everything that is announced from now on; ``END`` when there will be no more."""
        queue = Queue(BACKLOG + 1)  # there is always room for the end
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    @property
    def listeners(self) -> int:
        """How many there are."""
        return len(self._listeners)

    def announce(self, order: Order) -> None:
        """Tell all listeners."""
        for queue in [each for each in self._listeners if each.qsize() >= BACKLOG]:
            self._remove(queue)
        for queue in self._listeners:
            queue.put_nowait(order)

    def close(self) -> None:
        """Let all listeners go."""
        for queue in list(self._listeners):
            self._remove(queue)

    def _remove(self, queue: Queue) -> None:
        self._listeners.discard(queue)
        queue.put_nowait(END)


class AnnouncingBehavior:
    """Announces the order that a command gave back."""

    def __init__(self, announcements: Announcements) -> None:
        self._announcements = announcements

    async def handle_async(self, request: Any, next_handler: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401
        """Run the rest of the pipeline; what it answers goes through unchanged."""
        answer = await next_handler()
        if isinstance(answer, Order) and isinstance(request, Command):
            self._announcements.announce(answer)
        return answer
