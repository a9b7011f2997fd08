"""The real pizzeria in a process of its own: every test starts it here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from tests.pizzeria.series import Labels, samples

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30  # seconds


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "mario_perf.pizzeria", *map(str, arguments)]


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}


@dataclass
class Service:
    """A running pizzeria."""

    process: subprocess.Popen[str]
    url: str
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.url, timeout=PATIENCE)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Exit code and everything on standard error."""
        self.client.close()
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors

    def order(self, **changes: Any) -> dict[str, Any]:
        """Place an order that is in order."""
        answer = self.client.post("/api/orders/", json=order_body(**changes))
        assert answer.status_code == 201, answer.text
        placed: dict[str, Any] = answer.json()
        return placed

    def samples(self) -> dict[tuple[str, Labels], float]:
        return samples(self.client.get("/metrics").text)


@contextmanager
def started(*arguments: str | Path) -> Iterator[Service]:
    """A pizzeria on a free port, ready, and gone afterwards."""
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
        service = Service(process, line.removeprefix("listening on ").strip())
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
