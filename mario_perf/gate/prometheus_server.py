"""A Prometheus server for the time of a gate."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests

from mario_perf.builds.ports import free_port, retry_on_other_ports
from mario_perf.builds.processes import POLL_INTERVAL, start_process, wait_until_ready
from mario_perf.builds.temporary_folder import temporary_folder
from mario_perf.errors import TargetNotScrapedError, UserError
from mario_perf.sources.connection import Connection, send_query, session
from mario_perf.sources.prometheus_source import targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mario_perf.run_record import Side

START_TIMEOUT = 30.0
DISCOVERY_TIMEOUT = 30.0
"""Seconds that the server may take to answer, and to find what it is to scrape."""

TARGETS_FILE = "targets.json"


def check(connection: Connection) -> None:
    """See that the server answers, before anything is measured for it.

    Raises:
        SourceUnreachableError: it does not.
    """
    api = f"{connection.url.rstrip('/')}/api/v1/query"
    with session(connection) as client:
        send_query(
            connection.url,
            lambda: client.get(api, params={"query": "1"}, timeout=connection.timeout).json()["data"],
        )


def check_targets(connection: Connection, urls: Mapping[Side, str]) -> None:
    """See that each side has its targets, before the first round.

    Raises:
        SourceUnreachableError: the server does not answer.
        TargetNotScrapedError: a side has no target, two where one was named, or one of the other side's.
    """
    found = {side: targets(connection, connection.labels_of(side, url)) for side, url in urls.items()}
    for side, url in urls.items():
        labels = ",".join(f"{name}={value}" for name, value in connection.labels_of(side, url).items())
        if not found[side]:
            raise TargetNotScrapedError(
                f"{connection.url}: no target of the {side} is up ({labels}); correct --prometheus-match"
            )
        if len(found[side]) > 1 and side not in connection.replicas:
            raise TargetNotScrapedError(
                f"{connection.url}: several targets of the {side} ({labels}): {'; '.join(found[side])}; add "
                f"a matcher, or {side}:LABEL=VALUE where all of them are its replicas"
            )
    if shared := set(found["baseline"]) & set(found["candidate"]):
        raise TargetNotScrapedError(
            f"{connection.url}: both sides have the target {min(shared)}; give each side matchers of its own"
        )


@dataclass(frozen=True, slots=True)
class PrometheusServer:
    """A server that runs, and the file in which it looks for what to scrape."""

    url: str
    targets_file: Path

    def scrape(self, ports: Sequence[int]) -> None:
        """Let it scrape these ports of this machine from now on, and no others.

        Raises:
            UserError: it has not found them in time.
        """
        wanted = [f"127.0.0.1:{port}" for port in ports]
        new = self.targets_file.with_suffix(".new")
        new.write_text(json.dumps([{"targets": wanted}]), encoding="utf-8")
        new.replace(self.targets_file)
        self._wait_for(set(wanted))

    def _wait_for(self, wanted: set[str]) -> None:
        """Wait: Prometheus looks at what it has discovered every five seconds."""
        deadline = time.monotonic() + DISCOVERY_TIMEOUT
        while time.monotonic() < deadline:
            with suppress(requests.RequestException):
                answer = session(Connection(self.url)).get(f"{self.url}/api/v1/targets", timeout=5.0).json()
                if {each["labels"]["instance"] for each in answer["data"]["activeTargets"]} == wanted:
                    return
            time.sleep(POLL_INTERVAL)
        raise UserError(
            f"Prometheus at {self.url} has not found the services after {DISCOVERY_TIMEOUT:.0f} s; run again"
        )


@contextmanager
def start_server(metrics_path: str, log: Path) -> Iterator[PrometheusServer]:
    """A server that scrapes its targets every second.

    Raises:
        UserError: there is no ``prometheus`` on the PATH, or it does not start.
    """
    binary = shutil.which("prometheus")
    if binary is None:
        raise UserError(
            "--prometheus auto: no prometheus on the PATH; install it (Debian: apt-get install prometheus) "
            "or leave the option out"
        )
    with (
        temporary_folder("prometheus") as folder,
        retry_on_other_ports(lambda: _start(binary, folder, metrics_path, log)) as url,
    ):
        yield PrometheusServer(url, folder / TARGETS_FILE)


@contextmanager
def _start(binary: str, folder: Path, metrics_path: str, log: Path) -> Iterator[str]:
    config, port = folder / "prometheus.yml", free_port()
    config.write_text(_config(metrics_path), encoding="utf-8")
    command = [
        binary,
        f"--config.file={config}",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with start_process("Prometheus", command, log) as child:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(child, f"{url}/-/ready", START_TIMEOUT)
        yield url


def _config(metrics_path: str) -> str:
    return f"""global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: service
    metrics_path: {metrics_path}
    file_sd_configs:
      - files: [{TARGETS_FILE}]
"""
