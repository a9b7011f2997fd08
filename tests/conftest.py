"""Tests that need nothing real come first, and last those that have the machine to themselves."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests import hermetic

if TYPE_CHECKING:
    from collections.abc import Generator

SYSTEM = Path(__file__).parent / "system"

# Python keeps what it compiles: to compile all imports anew takes longer than most tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Matrices are small: where tests run side by side, the threads of BLAS mostly wait for each other, and
# use up the processor meanwhile. Numpy reads this when it is loaded.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

# How long an example takes says what else the machine was doing.
settings.register_profile("any machine", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=15)
settings.load_profile(os.environ.get("MARIO_PERF_EXAMPLES", "any machine"))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case of binary data by its argument: gzip writes the time, and workers must agree on names."""
    return argname if isinstance(val, bytes) and not val.isascii() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort tests: what plays load takes longest, and is not left over when all others are done."""
    items.sort(key=lambda item: (_is_marked(item, "alone"), _is_system(item), not _is_marked(item, "e2e")))


def pytest_collection_finish() -> None:
    """Spare the garbage collector what all tests share."""
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Keep a test and its fixtures from all that is real, outside `tests/system`."""
    with nullcontext() if _is_system(item) else hermetic.guarded():
        return (yield)


def _is_marked(item: pytest.Item, name: str) -> bool:
    return item.get_closest_marker(name) is not None


def _is_system(item: pytest.Item) -> bool:
    return item.path.is_relative_to(SYSTEM)
