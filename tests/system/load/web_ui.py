"""Locust's web UI, as a browser uses it."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mario_perf import runs
from tests.system.load.conftest import Load

PATIENCE = 60.0  # seconds


def until(look: Callable[[], Any]) -> None:
    """Wait until it is so; Locust may only be starting."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if look():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    pytest.fail("it did not happen in time")


class WebUi:
    """The page of a Locust that has been started."""

    def __init__(self, load: Load, port: int) -> None:
        self._load = load
        self._url = f"http://127.0.0.1:{port}"
        until(lambda: httpx.get(self._url, timeout=PATIENCE).is_success)

    @staticmethod
    def options(port: int) -> tuple[str, ...]:
        """The options that start one on this port."""
        return "--web-host", "127.0.0.1", "--web-port", str(port)

    def post(self, **fields: str) -> dict[str, Any]:
        """Send the form that starts a run; the answer."""
        answer: dict[str, Any] = httpx.post(f"{self._url}/swarm", data=fields, timeout=PATIENCE).json()
        return answer

    def play(self, fields: dict[str, str], stop_after: int | None = None) -> runs.Run:
        """A run to its end; or it is stopped, once this many requests have ended."""
        before = self._recorded()
        until(lambda: self.post(**fields)["success"])
        if stop_after is not None:
            until(lambda: self._requests() >= stop_after)
            httpx.post(f"{self._url}/stop", timeout=PATIENCE).raise_for_status()
        until(lambda: self._recorded() > before)
        return self._load.latest

    def _requests(self) -> int:
        stats = httpx.get(f"{self._url}/stats/requests", timeout=PATIENCE).json()["stats"]
        return next((each["num_requests"] for each in stats if each["name"] == "Aggregated"), 0)

    def _recorded(self) -> int:
        return len(list(self._load.runs.glob("2*/run.json")))
