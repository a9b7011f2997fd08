"""A scripted server in a process of its own, and clients of it.

The client works with and without gevent's monkey patching. Here it works without.
"""

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import gevent.socket
import pytest

from mario_perf.load.http1.client import Client
from mario_perf.load.http1.connection_pool import ConnectionPool
from mario_perf.load.http1.http_connection import Limits
from mario_perf.load.http1.request import prepare
from mario_perf.load.http1.response import Response
from mario_perf.load.http1.tls import default_context

Step = list[Any]


def _packed(step: Step) -> Step:
    return [base64.b64encode(part).decode() if isinstance(part, bytes) else part for part in step]


class Control:
    """The test's end of the control socket."""

    def __init__(self, port: int) -> None:
        self._socket = gevent.socket.create_connection(("127.0.0.1", port), timeout=20)
        self._lines = self._socket.makefile("rw")

    def order(self, order: dict[str, Any]) -> dict[str, Any]:
        self._lines.write(json.dumps(order) + "\n")
        self._lines.flush()
        answer: dict[str, Any] = json.loads(self._lines.readline())
        return answer

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


@dataclass(frozen=True)
class Server:
    """One listening socket of the scripted server."""

    control: Control
    port: int
    url: str

    @property
    def connections(self) -> list[bytes]:
        """What each connection has sent so far."""
        answer = self.control.order({"seen": self.port})
        return [base64.b64decode(data) for data in answer["connections"]]


@pytest.fixture(scope="module")
def control() -> Iterator[Control]:
    script = Path(__file__).with_name("scripted_server.py")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        control = Control(int(process.stdout.readline()))
        yield control
        control.close()
        process.terminate()


@pytest.fixture
def serve(control: Control) -> Callable[..., Server]:
    """Start to listen: each argument is what one connection does, the last one for all that come later."""

    def _serve(*scripts: list[Step], family: str = "inet", tls: Path | None = None) -> Server:
        packed = [[_packed(step) for step in script] for script in scripts]
        order = {"open": packed, "family": family, "tls": str(tls) if tls else None}
        port = control.order(order)["port"]
        host = "[::1]" if family == "inet6" else "localhost" if tls else "127.0.0.1"
        return Server(control, port, f"{'https' if tls else 'http'}://{host}:{port}")

    return _serve


DEFAULTS: dict[str, Any] = {
    "connection_timeout": 10.0,
    "network_timeout": 10.0,
    "timeout": 20.0,
    "max_head_bytes": 65536,
    "max_body_bytes": 1 << 20,
}


class Asker:
    """A client that asks as a session does, and lets errors through."""

    def __init__(self, *, insecure: bool = False, max_redirects: int = 5, **limits: Any) -> None:
        bounds = Limits(**{**DEFAULTS, **limits})
        self.pool = ConnectionPool(bounds, lambda: default_context(insecure=insecure))
        self.client = Client(self.pool, bounds, max_redirects)

    def ask(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        *,
        headers: dict[str, str] | None = None,
        stream: bool = False,
        follow: bool = True,
    ) -> Response:
        head = prepare(method, "", url, (), tuple((headers or {}).items()))
        fetch = self.client.fetch_following if follow else self.client.fetch
        start = perf_counter()
        return fetch(Response, head, body, start, start + self.client.limits.timeout, stream=stream)

    def get(self, url: str, **kwargs: Any) -> Response:
        return self.ask("GET", url, **kwargs)


@pytest.fixture
def asker() -> Iterator[Callable[..., Asker]]:
    """Makes clients, and closes their connections after the test."""
    made: list[Asker] = []

    def _asker(**settings: Any) -> Asker:
        made.append(Asker(**settings))
        return made[-1]

    yield _asker
    for one in made:
        one.pool.close()
