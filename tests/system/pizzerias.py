"""The real pizzeria: every test starts it here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx

from mario_perf.pizzeria import fault_options
from mario_perf.pizzeria.application.announcements import Announcements
from mario_perf.pizzeria.bootstrap import KITCHEN_CAPACITY, OPERATIONS, bootstrap
from mario_perf.pizzeria.infrastructure.database import open_database
from mario_perf.pizzeria.server import Server, bound, server
from tests.pizzeria.series import Labels, samples

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30  # seconds


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "mario_perf.pizzeria", *map(str, arguments)]


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}


@dataclass
class Service:
    """A running pizzeria."""

    url: str
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.url, timeout=PATIENCE)

    def order(self, **changes: Any) -> dict[str, Any]:
        """Place an order that is in order."""
        answer = self.client.post("/api/orders/", json=order_body(**changes))
        assert answer.status_code == 201, answer.text
        placed: dict[str, Any] = answer.json()
        return placed

    def samples(self) -> dict[tuple[str, Labels], float]:
        return samples(self.client.get("/metrics").text)


@dataclass
class Process(Service):
    """A pizzeria in a process of its own."""

    process: subprocess.Popen[str]

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Exit code and everything on standard error."""
        self.client.close()
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors


class _Host(Thread):
    """Serves a pizzeria in this process."""

    def __init__(self, listener: socket.socket, capacity: int, delays: Sequence[str]) -> None:
        super().__init__()
        self._listener = listener
        self._capacity = capacity
        self._faults = fault_options.parse({"delay": delays}, OPERATIONS)
        self._servers: SimpleQueue[Server] = SimpleQueue()

    def run(self) -> None:
        with open_database(None) as connection:
            announcements = Announcements()
            app = bootstrap(connection, announcements, self._capacity, self._faults)
            host = server(app, announcements.close)
            self._servers.put(host)
            host.run(sockets=[self._listener])

    def stop(self) -> None:
        self._servers.get(timeout=PATIENCE).should_exit = True
        self.join(PATIENCE)


@contextmanager
def hosted(capacity: int = KITCHEN_CAPACITY, delays: Sequence[str] = ()) -> Iterator[Service]:
    """A new pizzeria on a real socket, where no test needs a process of its own: it starts at once."""
    with bound("127.0.0.1", 0) as listener:
        host = _Host(listener, capacity, delays)
        service = Service(f"http://127.0.0.1:{listener.getsockname()[1]}")
        host.start()
        try:
            yield service
        finally:
            service.client.close()
            host.stop()


@contextmanager
def started(*arguments: str | Path) -> Iterator[Process]:
    """A pizzeria in a process of its own on a free port, ready, and gone afterwards."""
    process = subprocess.Popen(
        command("--port", "0", *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), process.communicate()[1]
        service = Process(line.removeprefix("listening on ").strip(), process)
        yield service
        service.client.close()
    finally:
        process.kill()
        process.communicate()


def order_body(**changes: Any) -> dict[str, Any]:
    """A valid order; a change to None leaves the field out."""
    body = {
        "customer_name": "Ada",
        "customer_phone": "+15550000001",
        "customer_address": "1 Test Street",
        "pizzas": [{"name": "Margherita", "size": "large", "toppings": ["basil"]}],
        "payment_method": "credit_card",
    } | changes
    return {name: value for name, value in body.items() if value is not None}
