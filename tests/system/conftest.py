"""Real processes and services: what a module starts ends with it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.system import pizzerias, processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NEEDED = {
    "prometheus": (("prometheus", "promtool"), "apt-get install prometheus"),
    "browser": (("chromium",), "apt-get install chromium"),
}
"""Programs by marker, and how to get them on Debian."""

REQUIRE_ALL = "MARIO_PERF_REQUIRE_ALL"

processes.mark()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Look for what the test's markers need: skipped without it, and failed where all tests must run."""
    for marker, (programs, how) in NEEDED.items():
        missing = [program for program in programs if shutil.which(program) is None]
        if item.get_closest_marker(marker) and missing:
            said = f"needs {' and '.join(missing)} on the PATH: {how}"
            if os.environ.get(REQUIRE_ALL):
                pytest.fail(f"{said} ({REQUIRE_ALL} is set)")
            pytest.skip(said)


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left() -> Iterator[None]:
    """A module that leaves a process fails: the next one has the machine to itself."""
    yield
    assert processes.left_running() == []


@pytest.fixture
def pizzeria() -> Iterator[Callable[..., str]]:
    """Starts pizzerias with options; gives their URLs."""
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(pizzerias.started(*options)).url


@pytest.fixture
def free_port() -> int:
    """A port where nobody listened a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


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
