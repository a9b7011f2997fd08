"""What is asked: nginx with a few bytes, and the pizzeria. Both on the first core."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import httpx

from gate.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SERVER_CORE, CLIENT_CORE = "0", "1"
READY = 20.0  # seconds

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
    location / {{ default_type application/json; return 200 '{{"status": "healthy"}}'; }}
  }}
}}
"""


@contextmanager
def nginx(folder: Path) -> Iterator[str]:
    """Its URL; it answers every path with the same few bytes.

    Raises:
        LookupError: it is not installed.
    """
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/bin")
    if program is None:
        raise LookupError("nginx is not installed: apt-get install nginx-light")
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port), encoding="utf-8")
    with _running([program, "-c", str(configuration), "-p", str(folder)], port) as url:
        yield url


@contextmanager
def pizzeria() -> Iterator[str]:
    """Its URL."""
    port = free_port()
    with _running([sys.executable, "-m", "pizzeria", "--port", str(port)], port) as url:
        yield url


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
