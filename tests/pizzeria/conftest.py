from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mario_perf.pizzeria.infrastructure.database import open_database

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """An empty database on disk."""
    with open_database(None) as connection:
        yield connection
