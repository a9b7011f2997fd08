from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reports import samples

if TYPE_CHECKING:
    from mario_perf.model import GateResult


@pytest.fixture(scope="session")
def result() -> GateResult:
    """One operation of each kind."""
    return samples.gate()
