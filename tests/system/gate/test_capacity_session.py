"""The search for a capacity, on services that really run, with Locust as it really is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import BoundedSemaphore, Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from prometheus_client import CollectorRegistry, Histogram, generate_latest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.e2e

POLICY = """
[limits]
p95 = "300ms"
error_ratio = 0.01

[metrics]
duration = "serving_seconds"
name_label = "what"

[load]
locustfile = "guests.py"
"""

GUESTS = """
from locust import task
from mario_perf.load.locust_plugin import MeasuredUser, Step

SERVED = Step("be served", "Serve", "GET")

class Guest(MeasuredUser):
    @task
    def come(self):
        self.session.step(SERVED, "/")
"""

THOUGHTFUL = f"from time import thread_time\n{GUESTS}".replace(
    "        self.session",
    "        busy = 0.05 if self.environment.parsed_options.rate > 30 else 0\n"
    "        end = thread_time() + busy\n        while thread_time() < end: pass\n        self.session",
)
"""Takes 50 ms of the load generator's core before every request, where there are more than 30 a second."""


class Counter:
    """A service with so many clerks, each of whom takes so many seconds for a guest: its capacity is known.

    It measures what a clerk takes. The queue before the counter is the client's to see.
    """

    def __init__(self, clerks: int, seconds: float, most: int | None = None) -> None:
        """After the ``most``-th guest it is gone."""
        self._clerks = BoundedSemaphore(clerks)
        self._seconds = seconds
        self._left = most
        self._registry = CollectorRegistry()
        buckets = [10 ** (power / 10) for power in range(-40, 11)]
        self._serving = Histogram(
            "serving_seconds", "durations", ["what"], registry=self._registry, buckets=buckets
        )
        self._serving.labels("Serve")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def open(self) -> Iterator[str]:
        """Its URL, while it serves."""
        thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self.url
        finally:
            self._close()
            thread.join()

    def serve(self) -> bytes:
        """Serve a guest."""
        with self._clerks, self._serving.labels("Serve").time():
            time.sleep(self._seconds)
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                self._close()
        return b"here you are"

    def metrics(self) -> bytes:
        """For Prometheus."""
        return generate_latest(self._registry)

    def _close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        counter = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # header and body in one packet

            def do_GET(self) -> None:
                body = counter.metrics() if self.path == "/metrics" else counter.serve()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        return Handler


@dataclass(frozen=True)
class Place:
    """A folder with a policy, and what goes on in it."""

    folder: Path

    def capacity(self, *options: str) -> subprocess.CompletedProcess[str]:
        """``mario-perf capacity``, with even arrivals."""
        command = [sys.executable, "-m", "mario_perf", "capacity", "--arrivals", "constant", "--users", "100"]
        return subprocess.run(
            [*command, *options],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    @property
    def kept(self) -> list[dict[str, Any]]:
        """The searches in the one file among the baselines."""
        (path,) = (self.folder / "baselines/capacity/guests").glob("*.json")
        return searches_in(path)


def searches_in(path: Path) -> list[dict[str, Any]]:
    searches: list[dict[str, Any]] = json.loads(path.read_text())["searches"]
    return searches


def furnished(folder: Path, locustfile: str = GUESTS) -> Place:
    """With a policy and what it sends."""
    (folder / "perf.toml").write_text(POLICY)
    (folder / "guests.py").write_text(locustfile)
    return Place(folder)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Where the capacity of a service is kept that serves 100 guests a second, and not one more."""
    place = furnished(tmp_path_factory.mktemp("known"))
    with Counter(clerks=1, seconds=0.01).open() as url:
        search = ("--start", "70", "--resolution", "1", "--confirmations", "1", "--probe", "1")
        done = place.capacity("--url", url, *search, "--keep")
    assert done.returncode == 0, done.stdout + done.stderr
    return place


@pytest.mark.alone
def test_the_figure_is_near_the_capacity_that_is_known(known: Place) -> None:
    (search,) = known.kept
    assert 30 <= search["rate"] <= 100
    assert search["rate"] < search["failed"] <= search["rate"] * 2


@pytest.mark.alone
def test_the_figure_was_confirmed_and_the_failures_have_their_reason(known: Place) -> None:
    search = known.kept[0]
    probes = search["probes"]
    assert sum(probe["held"] and probe["rate"] == search["rate"] for probe in probes) >= 2
    assert all(bool(probe["reasons"]) is not probe["held"] for probe in probes)
    assert "be served: response time's p95" in str(probes)


@pytest.mark.alone
def test_what_is_kept_says_under_which_conditions(known: Place) -> None:
    conditions = known.kept[0]["conditions"]
    assert conditions["scenario"] == "guests"
    assert conditions["arrivals"] == "constant"
    assert conditions["limits"] == "p95 at most 300 ms, errors at most 1.00%"
    assert conditions["probe"] == "1 s"
    assert "cores" in conditions


@pytest.mark.alone
def test_the_runs_folder_has_the_figure_and_every_probes_run(known: Place) -> None:
    (written,) = known.folder.glob("runs/*/capacity.json")
    (search,) = searches_in(written)
    assert [search] == known.kept
    played = list(written.parent.glob("search-1/probe-*/run.json"))
    assert len(played) >= len(search["probes"])


@pytest.mark.alone
def test_a_load_generator_that_does_not_keep_up_is_not_taken_for_the_service(tmp_path: Path) -> None:
    place = furnished(tmp_path, THOUGHTFUL)
    with Counter(clerks=100, seconds=0.001).open() as url:
        done = place.capacity("--url", url, "--probe", "1", "--start", "40")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "at 40.0 journeys/s the load generator itself was too slow, twice" in done.stderr
    assert "no rate is known to hold" in done.stderr


def test_a_service_that_is_gone_ends_the_search_and_is_named(tmp_path: Path) -> None:
    place = furnished(tmp_path)
    with Counter(clerks=100, seconds=0.001, most=10).open() as url:
        done = place.capacity("--url", url, "--probe", "1")
    assert done.returncode == 4, done.stdout + done.stderr
    assert f"at 20.0 journeys/s: candidate at {url} no longer answers" in done.stderr


def test_the_pizzeria_is_started_for_a_probe_and_stopped(tmp_path: Path) -> None:
    (policy := tmp_path / "patient.toml").write_text('[limits]\np95 = "5s"\n')
    options = ("--start", "5", "--probe", "1", "--most-probes", "1", "--policy", str(policy))
    done = Place(ROOT).capacity(*options, "--runs-dir", str(tmp_path))
    assert done.returncode == 4, done.stdout + done.stderr
    assert "Not confirmed: 5.00 journeys/s held, but the probes were used up" in done.stdout
    (record,), (log,) = tmp_path.glob("*/*/probe-1/run.json"), tmp_path.glob("*/*/probe-1.candidate.log")
    url = json.loads(record.read_text())["targets"][0]["url"]
    assert "Traceback" not in log.read_text()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, timeout=10)
