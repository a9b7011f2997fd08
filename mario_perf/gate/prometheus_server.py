"""A Prometheus server for the time of a gate."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from mario_perf.builds.processes import POLL, free_port, running, wait_until_ready
from mario_perf.errors import UserError
from mario_perf.sources.connection import Connection, asked, session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STARTING = 30.0


def check(connection: Connection) -> None:
    """See that the server answers, before anything is measured for it.

    Raises:
        SourceUnreachableError: it does not.
    """
    api = f"{connection.url.rstrip('/')}/api/v1/query"
    with session(connection) as client:
        asked(
            connection.url,
            lambda: client.get(api, params={"query": "1"}, timeout=connection.timeout).json()["data"],
        )


@contextmanager
def scraping(ports: Sequence[int], metrics_path: str, log: Path) -> Iterator[str]:
    """The URL of a server that scrapes these ports of this machine every second.

    Raises:
        UserError: there is no ``prometheus`` on the PATH, or it does not start.
    """
    binary = shutil.which("prometheus")
    if binary is None:
        raise UserError(
            "--prometheus auto: no prometheus on the PATH; install it (Debian: apt-get install prometheus) "
            "or leave the option out"
        )
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="mario-perf-prometheus-") as folder:
        config = Path(folder) / "prometheus.yml"
        config.write_text(_config(ports, metrics_path), encoding="utf-8")
        command = [
            binary,
            f"--config.file={config}",
            f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        with running("Prometheus", command, log) as child:
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(child, f"{url}/-/ready", STARTING)
            _wait_for_targets(url, len(ports))
            yield url


def _wait_for_targets(url: str, count: int) -> None:
    """Wait until the server knows what to scrape: its discovery takes seconds longer than its start.

    Raises:
        UserError: it does not know the targets in time.
    """
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline:
        with suppress(requests.RequestException):
            answer = session(Connection(url)).get(f"{url}/api/v1/targets", timeout=5.0).json()
            if len(answer["data"]["activeTargets"]) >= count:
                return
        time.sleep(POLL)
    raise UserError(f"Prometheus at {url} has not found the services after {STARTING:.0f} s; run again")


def _config(ports: Sequence[int], metrics_path: str) -> str:
    targets = ", ".join(f"'127.0.0.1:{port}'" for port in ports)
    return f"""global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: service
    metrics_path: {metrics_path}
    static_configs:
      - targets: [{targets}]
"""
