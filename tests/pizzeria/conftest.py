from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from mario_perf.pizzeria.infrastructure.database import opened
from tests.pizzeria.running import Service, started

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

settings.register_profile("pizzeria", deadline=None)  # how long a property takes says nothing here
settings.load_profile("pizzeria")


@pytest.fixture(scope="module")
def shared() -> Iterator[Service]:
    """One pizzeria for all tests of a module that leave its kitchen as they found it."""
    with started() as service:
        yield service


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """An empty database on disk."""
    with opened(None) as connection:
        yield connection
