"""Tests that need a program of the system: skipped without it, and failed where all of them must run."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests import processes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# How long an example takes says what else the machine was doing.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

# A test in a git hook must not meet the repository of that hook.
for name in subprocess.check_output(["git", "rev-parse", "--local-env-vars"], text=True, timeout=30).split():
    os.environ.pop(name, None)

NEEDED = {
    "prometheus": (("prometheus", "promtool"), "apt-get install prometheus"),
    "browser": (("chromium",), "apt-get install chromium"),
}
"""Programs by marker, and how to get them on Debian."""

REQUIRE_ALL = "MARIO_PERF_REQUIRE_ALL"


def pytest_configure() -> None:
    """Know what the tests start from what runs beside them."""
    processes.mark()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Play load last: all that other tests started has ended by then."""
    items.sort(key=lambda item: item.get_closest_marker("e2e") is not None)


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left() -> Iterator[None]:
    """What a module starts ends with it, so that the next one has the machine to itself."""
    yield
    assert processes.left_running() == []


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Look for what the test's markers need."""
    for marker, (programs, how) in NEEDED.items():
        missing = [program for program in programs if shutil.which(program) is None]
        if item.get_closest_marker(marker) and missing:
            said = f"needs {' and '.join(missing)} on the PATH: {how}"
            if os.environ.get(REQUIRE_ALL):
                pytest.fail(f"{said} ({REQUIRE_ALL} is set)")
            pytest.skip(said)


@pytest.fixture(scope="session")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for `localhost`, with its key."""
    both = tmp_path_factory.mktemp("tls") / "both.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    certificate = subprocess.run(
        [*command.split(), *names, "-keyout", both], check=True, capture_output=True, timeout=60
    ).stdout
    both.write_bytes(both.read_bytes() + certificate)
    return both
