"""What faults on purpose read from the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


class FaultQueries:
    """A statement that costs little, and one that costs the more the more orders were placed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def look_up(self) -> None:
        """One SQL statement."""
        self._connection.execute("SELECT 1 FROM pizzas LIMIT 1").fetchone()

    def read_orders(self, most: int) -> None:
        """Every stored order one by one, at most this number; -1 for all."""
        statement = "SELECT id, customer_phone FROM orders LIMIT ?"
        for _ in self._connection.execute(statement, (most,)):
            pass
