from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.system.pizzerias import Service, hosted

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def shared() -> Iterator[Service]:
    """One pizzeria for all tests of a module that leave its kitchen as they found it."""
    with hosted() as service:
        yield service
