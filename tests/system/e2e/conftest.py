"""Real services and real commands, stopped whatever happens."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mario_perf.builds.ports import free_port
from mario_perf.builds.processes import start_process, wait_until_ready

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
LONGEST = 200.0
READY = 60.0  # seconds that a service may take to start


def run(*arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """A Python module of ours, to its end."""
    return python("-m", *arguments, cwd=cwd, **env)


def python(*arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Python, to its end."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**ENVIRONMENT, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )


@contextmanager
def started(*arguments: str, cwd: Path, **env: str) -> Iterator[subprocess.Popen[str]]:
    """A Python module of ours, running; told to end at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=cwd,
        env={**ENVIRONMENT, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh clone of what is committed, whose baselines and runs are its own."""
    folder = tmp_path / "clone"
    command = ["git", "clone", "--quiet", "--local", str(ROOT), str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Where temporary files go that must not be left."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def tls_pizzeria(tmp_path: Path, self_signed: Path) -> Iterator[Callable[[], str]]:
    """Starts pizzerias on https, with a certificate that only `self_signed` vouches for; gives their URLs."""
    with ExitStack() as stack:

        def start() -> str:
            port = free_port()
            command = [sys.executable, "-m", "tests.system.e2e.tls_pizzeria", str(port), str(self_signed)]
            child = stack.enter_context(
                start_process("pizzeria", command, tmp_path / f"{port}.log", cwd=ROOT)
            )
            deadline = time.monotonic() + READY
            while True:
                with suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    return f"https://localhost:{port}"
                assert child.exit_text is None
                assert time.monotonic() < deadline, "not ready"
                time.sleep(0.1)

        yield start


@pytest.fixture
def refusing_pizzeria(tmp_path: Path) -> Iterator[str]:
    """The URL of one whose HTTP layer refuses every third order."""
    port = free_port()
    command = [sys.executable, "-m", "tests.system.e2e.refusing_pizzeria", str(port)]
    with start_process("pizzeria", command, tmp_path / "refusing.log", cwd=ROOT) as child:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(child, f"{url}/ready", READY)
        yield url
