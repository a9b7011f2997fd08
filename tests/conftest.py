"""Tests that need a program of the system: skipped without it, and failed where all of them must run."""

from __future__ import annotations

import os
import shutil

import pytest
from hypothesis import settings

# How long an example takes says what else the machine was doing.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

NEEDED = {
    "prometheus": (("prometheus", "promtool"), "apt-get install prometheus"),
    "browser": (("chromium",), "apt-get install chromium"),
}
"""Programs by marker, and how to get them on Debian."""

REQUIRE_ALL = "MARIO_PERF_REQUIRE_ALL"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Look for what the test's markers need."""
    for marker, (programs, how) in NEEDED.items():
        missing = [program for program in programs if shutil.which(program) is None]
        if item.get_closest_marker(marker) and missing:
            said = f"needs {' and '.join(missing)} on the PATH: {how}"
            if os.environ.get(REQUIRE_ALL):
                pytest.fail(f"{said} ({REQUIRE_ALL} is set)")
            pytest.skip(said)
