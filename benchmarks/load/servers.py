"""What is asked, on the first core: nginx, the pizzeria, and a server with known response times."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from mario_perf.builds.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

SERVER_CORE, CLIENT_CORE = "0", "1"
READY = 20.0  # seconds
PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/bin:/bin")

CONFIGURATION = """
daemon off;
worker_processes 1;
error_log stderr crit;
pid {folder}/nginx.pid;
events {{ worker_connections 20000; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port} backlog=20000;
    default_type application/json;
    location / {{ return 200 '{{"status": "healthy"}}'; }}
    location /numbered {{ add_header X-Request-ID $request_id; return 200 '{{"status": "healthy"}}'; }}
    location /api/ {{ return 200 '{order}'; }}
    location = /api/menu/ {{ return 200 '[{pizza}]'; }}
  }}
}}
"""

PIZZA = """{"id":"6745447902604e30961ba3e9a6be47d5","name":"Margherita","size":"large","toppings":["basil"],\
"base_price":"12.99","total_price":"22.28"}"""

ORDER = """{"id":"e0cd4a05844a4b9994186ba818ab0020","customer_name":"Customer 1",\
"customer_phone":"+15550000001",\
"customer_address":"1 Test Street","pizzas":[%s],"payment_method":"cash","total_amount":"22.28"}"""
"""As the pizzeria shows it, but for the status: whoever asks finds the order where he believes it to be."""


@contextmanager
def nginx() -> Iterator[str]:
    """Its URL; it answers every path with the same few bytes, and below ``/api`` with a menu or an order."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        configuration = Path(folder) / "nginx.conf"
        filled = CONFIGURATION.format(folder=folder, port=port, order=ORDER % PIZZA, pizza=PIZZA)
        configuration.write_text(filled, encoding="utf-8")
        with _running([PROGRAM or "nginx", "-c", str(configuration), "-p", folder], port) as url:
            yield url


@contextmanager
def pizzeria() -> Iterator[str]:
    """Its URL."""
    port = free_port()
    with _running([sys.executable, "-m", "mario_perf.pizzeria", "--port", str(port)], port) as url:
        yield url


@contextmanager
def delaying(*options: str) -> Iterator[str]:
    """The URL of the server of ``delaying``."""
    port = free_port()
    with _running([sys.executable, "-m", "benchmarks.load.delaying", str(port), *options], port) as url:
        yield url


@dataclass(frozen=True, slots=True)
class Server:
    """One that generators are compared on. ``limits`` says that it, not they, sets the pace."""

    name: str
    start: Callable[[], AbstractContextManager[str]]
    path: str
    limits: bool
    installed: bool = True


NGINX = Server("nginx", nginx, "/small", limits=False, installed=PROGRAM is not None)
NUMBERED = Server(
    "nginx, no two heads alike", nginx, "/numbered", limits=False, installed=PROGRAM is not None
)
PIZZERIA = Server("the pizzeria", pizzeria, "/api/kitchen/status", limits=True)


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[str]:
    url = f"http://127.0.0.1:{port}"
    pinned = ["taskset", "--cpu-list", SERVER_CORE, *command]
    with subprocess.Popen(pinned, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(url)
            yield url
        finally:
            process.terminate()


def _wait_for(url: str) -> None:
    end = time.monotonic() + READY
    while time.monotonic() < end:
        with suppress(httpx.HTTPError):
            httpx.get(f"{url}/health", timeout=1.0)
            return
        time.sleep(0.05)
    raise TimeoutError(f"{url} does not answer")
