"""SQL statements by the operation that sent them.

One integer and one context variable an operation: cheap enough for every statement.
"""

from __future__ import annotations

import sqlite3
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from mario_perf.pizzeria.cqrs.metrics.text_format import family, line
from mario_perf.pizzeria.cqrs.requests import kind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

NAME = "pizzeria_sql_statements_total"


class StatementCount:
    """What one operation sent; ``sent`` only grows."""

    __slots__ = ("labels", "sent")

    def __init__(self, request_type: type) -> None:
        self.labels = (("operation", kind(request_type)), ("type", request_type.__name__))
        self.sent = 0


_current: ContextVar[StatementCount | None] = ContextVar("statement_count", default=None)


class CountingConnection(sqlite3.Connection):
    """Counts each statement for the operation that is under way; ``executemany`` is one for each row."""

    def execute(self, *arguments: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as sqlite3 has it
        """As ``sqlite3.Connection.execute``."""
        if (count := _current.get()) is not None:
            count.sent += 1
        return super().execute(*arguments)

    def executemany(self, statement: str, rows: Iterable[Any], /) -> sqlite3.Cursor:
        """As ``sqlite3.Connection.executemany``."""
        rows = list(rows)
        if (count := _current.get()) is not None:
            count.sent += len(rows)
        return super().executemany(statement, rows)


class StatementCountBehavior:
    """Says whose statements are counted. The counts of all ``request_types`` are shown from the start."""

    def __init__(self, request_types: Iterable[type]) -> None:
        self._counts = {each: StatementCount(each) for each in request_types}

    async def handle_async(self, request: Any, next_handler: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401
        """Run the rest of the pipeline; its answer goes through unchanged."""
        token = _current.set(self._counts[type(request)])
        try:
            return await next_handler()
        finally:
            _current.reset(token)

    def lines(self) -> Iterator[bytes]:
        """As Prometheus text."""
        samples = (line(NAME, each.labels, each.sent) for each in self._counts.values())
        return family(NAME, "counter", "SQL statements sent", samples)
