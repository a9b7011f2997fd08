from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mario_perf.pizzeria.infrastructure.database import opened

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """An empty database on disk."""
    with opened(None) as connection:
        yield connection
