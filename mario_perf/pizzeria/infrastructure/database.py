"""The SQLite database: one file, one connection, used from the event loop's thread.

Statements take a fraction of a millisecond, so they run right in the loop: a handler's time is its own work
and holds no waiting for other handlers.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mario_perf.pizzeria.observability.statement_counts import CountingConnection

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY = 5.0
"""Seconds to wait for another process that writes."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS pizzas (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, size TEXT NOT NULL,
    toppings TEXT NOT NULL, base_price_cents INTEGER NOT NULL CHECK (base_price_cents > 0)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS orders (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, status TEXT NOT NULL,
    customer_name TEXT NOT NULL, customer_phone TEXT NOT NULL, customer_address TEXT NOT NULL,
    customer_email TEXT, payment TEXT NOT NULL, notes TEXT, ordered_at TEXT NOT NULL,
    cooking_started_at TEXT, ready_at TEXT, delivered_at TEXT, delivery_person_id TEXT
);
CREATE TABLE IF NOT EXISTS order_pizzas (
    order_number INTEGER NOT NULL REFERENCES orders (number), position INTEGER NOT NULL,
    pizza_id TEXT NOT NULL, name TEXT NOT NULL, size TEXT NOT NULL, toppings TEXT NOT NULL,
    base_price_cents INTEGER NOT NULL, PRIMARY KEY (order_number, position)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS orders_by_status ON orders (status, number);
CREATE INDEX IF NOT EXISTS orders_active ON orders (number)
    WHERE status IN ('confirmed', 'cooking', 'ready', 'delivering');
CREATE INDEX IF NOT EXISTS orders_on_tour ON orders (delivery_person_id, number) WHERE status = 'delivering';
CREATE INDEX IF NOT EXISTS orders_by_phone ON orders (customer_phone);
"""


@contextmanager
def open_database(path: Path | None) -> Iterator[sqlite3.Connection]:
    """A connection to the database at ``path``, or to a temporary one.

    The files of a temporary one have no name once it is open: not even SIGKILL leaves them.

    Raises:
        OSError: the database cannot be opened or made there.
    """
    if path is not None:
        with _connect(path) as connection:
            yield connection
        return
    with ExitStack() as stack:
        with tempfile.TemporaryDirectory(prefix="pizzeria-") as folder:
            connection = stack.enter_context(_connect(Path(folder) / "pizzeria.db"))
        yield connection


@contextmanager
def _connect(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        connection = sqlite3.connect(
            path, timeout=BUSY, isolation_level=None, check_same_thread=False, factory=CountingConnection
        )
    except sqlite3.Error as error:
        raise _unusable(path, error) from error
    with closing(connection):
        try:
            _prepare(connection)
        except sqlite3.Error as error:
            raise _unusable(path, error) from error
        yield connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.executescript(SCHEMA)


def _unusable(path: Path, error: sqlite3.Error) -> OSError:
    return OSError(f"{path}: cannot be the pizzeria's database ({error}); choose another --database")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; writers wait for each other at its start."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
