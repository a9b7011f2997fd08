from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.pizzeria.cqrs.requests import Command, Query
from mario_perf.pizzeria.observability.statement_counts import NAME, StatementCountBehavior
from tests.pizzeria.series import samples

if TYPE_CHECKING:
    import sqlite3


class Ask(Query[None]):
    pass


@dataclass(frozen=True)
class Bake(Command[None]):
    rows: int


def test_statements_count_for_the_operation_that_sent_them_and_each_row_is_one(
    connection: sqlite3.Connection,
) -> None:
    behavior = StatementCountBehavior([Ask, Bake])

    async def ask() -> None:
        connection.execute("SELECT 1")
        await asyncio.sleep(0)  # the other operation goes on meanwhile
        connection.execute("SELECT 2")

    async def bake() -> None:
        connection.executemany("INSERT INTO orders (id) VALUES (?)", [])
        await asyncio.sleep(0)
        connection.executemany("DELETE FROM orders WHERE id = ?", ((each,) for each in "abc"))

    async def both() -> None:
        await asyncio.gather(behavior.handle_async(Ask(), ask), behavior.handle_async(Bake(3), bake))

    asyncio.run(both())
    connection.execute("SELECT 3")  # outside of any operation
    shown = samples(b"".join(behavior.lines()).decode())
    assert shown == {
        (NAME, frozenset({"operation": "query", "type": "Ask"}.items())): 2,
        (NAME, frozenset({"operation": "command", "type": "Bake"}.items())): 3,
    }
