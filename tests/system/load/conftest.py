"""Locust and the services run as processes of their own: Locust patches the standard library."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from mario_perf import runs
from tests.load.conftest import virtual_time
from tests.system import pizzerias

__all__ = ["virtual_time"]

ROOT = Path(__file__).resolve().parents[3]
STUB = Path(__file__).with_name("stub_service.py")
PATIENCE = 120  # seconds


@contextmanager
def process(*command: str | Path) -> Iterator[subprocess.Popen[str]]:
    """A process that is stopped in the end, however the test ends."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(
        [sys.executable, *map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def first_line(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


class Stub:
    """A running stub service and its log."""

    def __init__(self, log: Path, urls: list[str]) -> None:
        self._log = log
        self.urls = urls

    @property
    def requests(self) -> list[tuple[int, str, str, Any]]:
        return [tuple(json.loads(line)) for line in self._log.read_text().splitlines()]


class Load:
    """Starts Locust with a locustfile, in a folder of its own."""

    def __init__(self, folder: Path, locustfile: Path = ROOT / "loadtests" / "mario.py") -> None:
        self.folder = folder
        self.runs = folder / "runs"
        self._locustfile = locustfile

    def start(self, *arguments: str) -> AbstractContextManager[subprocess.Popen[str]]:
        fast = ("--warm-up", "0.5", "--quiet", "0.1", "--think", "0.01:0.03", "--scrape-interval", "0.3")
        return process("-m", "locust", "-f", self._locustfile, "--runs-dir", self.runs, *fast, *arguments)

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code and output of a whole run without web UI."""
        with self.start("--headless", "--only-summary", *arguments) as running:
            output, _ = running.communicate(timeout=PATIENCE)
            return running.returncode, output

    @property
    def record(self) -> dict[str, Any]:
        """The latest record, as plain JSON."""
        found: dict[str, Any] = json.loads((self.runs / "latest" / "run.json").read_text())
        return found

    @property
    def latest(self) -> runs.Run:
        """The latest run."""
        return runs.load(self.runs / "latest")


@pytest.fixture
def load(tmp_path: Path) -> Load:
    return Load(tmp_path)


@pytest.fixture(scope="module")
def mario() -> Iterator[str]:
    """A pizzeria for all runs of a module; each counts what it adds."""
    with pizzerias.started() as service:
        yield service.url


@contextmanager
def stubbed(folder: Path, sides: int, *flags: str) -> Iterator[Stub]:
    """A stub service that logs into the folder."""
    log = folder / f"requests-{len(list(folder.iterdir()))}.jsonl"
    log.touch()
    with process(STUB, log, str(sides), *flags) as running:
        yield Stub(log, first_line(running).split())


@pytest.fixture
def stub(tmp_path: Path) -> Iterator[Callable[..., Stub]]:
    """Starts stub services: ``stub(sides, *flags)``."""
    with ExitStack() as stack:
        yield lambda sides, *flags: stack.enter_context(stubbed(tmp_path, sides, *flags))
