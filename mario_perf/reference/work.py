"""What the reference does: one piece of each kind of work that services spend their time on.

Each takes about half a millisecond. Nothing grows: the thousandth execution has what the first had.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

VERSION: Final = 2
"""Of all code that is measured. Two versions are never compared."""

ROWS: Final = 512
_READS, _WRITES = 12, 3
_TURNS: Final = 250
_OBJECTS: Final = 300
_DOCUMENT: Final = {
    "orders": [
        {
            "id": f"order-{number}",
            "customer": "Mario Rossi",
            "total": 12.5 + number,
            "pizzas": [{"name": "Margherita", "toppings": ["basil", "olives"], "cents": 1250}] * 3,
        }
        for number in range(6)
    ]
}


class Store:
    """A table of fixed size in an SQLite database, written and read the way small services do."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._turn = 0
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL, turn INTEGER)")
        connection.executemany(
            "INSERT INTO items VALUES (?, ?, 0)", ((row, f"item {row}") for row in range(ROWS))
        )

    def read(self) -> None:
        """Read rows by their key, one statement each."""
        self._turn += 1
        for number in range(_READS):
            row = (self._turn * 7 + number * 31) % ROWS
            self._connection.execute("SELECT id, name, turn FROM items WHERE id = ?", (row,)).fetchone()

    def write(self) -> None:
        """Change rows in transactions of their own."""
        self._turn += 1
        for number in range(_WRITES):
            row = (self._turn * 11 + number * 37) % ROWS
            self._connection.execute("UPDATE items SET turn = ? WHERE id = ?", (self._turn, row))


def interpret() -> int:
    """Arithmetic, calls and a dictionary: what Python itself takes."""
    state, seen = 12345, dict.fromkeys(range(64), 0)
    for _ in range(_TURNS):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        seen[state & 63] += 1
    return state + len(seen)


def convert() -> int:
    """A document to JSON text and back."""
    return len(json.loads(json.dumps(_DOCUMENT))["orders"])


def allocate() -> int:
    """Many small objects, made and given back."""
    return len([{"number": number, "text": str(number)} for number in range(_OBJECTS)])


def work(store: Store) -> Mapping[str, Callable[[], object]]:
    """Each kind by its name. Waiting is the server's: it waits for the event loop."""
    return {
        "Interpret": interpret,
        "ConvertJson": convert,
        "Allocate": allocate,
        "ReadRows": store.read,
        "WriteRows": store.write,
    }


@contextmanager
def open_store() -> Iterator[Store]:
    """A store in a temporary file, which has no name once it is open: nothing leaves it behind."""
    with ExitStack() as stack:
        with tempfile.TemporaryDirectory(prefix="mario-perf-reference-") as folder:
            connection = stack.enter_context(
                closing(sqlite3.connect(Path(folder) / "reference.db", isolation_level=None))
            )
            store = Store(connection)
        yield store
