"""``mario-perf init`` against real metrics pages and a real Prometheus."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from click.testing import CliRunner
from prometheus_client import CollectorRegistry, Histogram, start_http_server

from mario_perf.cli.init_command import init
from mario_perf.configuration import policy_file
from mario_perf.configuration.policy import Service
from mario_perf.errors import MetricNotFoundError, SourceUnreachableError, UserError
from mario_perf.gate.prometheus_server import start_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

ROOT = Path(__file__).parents[3]


METHODS = """# TYPE http_server_requests_seconds histogram
http_server_requests_seconds_bucket{method="GET",uri="/items",status="200",exception="None",le="1"} 3
http_server_requests_seconds_bucket{method="GET",uri="/items",status="200",exception="None",le="+Inf"} 3
http_server_requests_seconds_bucket{method="POST",uri="/items",status="200",exception="None",le="+Inf"} 2
"""


@contextmanager
def answering(path: str, text: str, root: str | None = None) -> Iterator[str]:
    """A service that has one page, and perhaps a root."""
    pages = {path: text} if root is None else {"/": root, path: text}

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path in pages else 404)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(pages.get(self.path, text).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(10)


@pytest.fixture
def url() -> Iterator[str]:
    """A page with a histogram of an instrumentation, and one of nobody's."""
    registry = CollectorRegistry()
    known = Histogram("http_request_duration_seconds", "Durations", ["handler"], registry=registry)
    known.labels("/items/{item_id}").observe(0.1)
    own = Histogram("shop_work_seconds", "Durations", ["task", "outcome"], registry=registry)
    own.labels("pack", "error").observe(0.1)
    server, thread = start_http_server(0, "127.0.0.1", registry)
    yield f"http://127.0.0.1:{server.server_port}/metrics"
    server.shutdown()
    server.server_close()
    thread.join(30)


def write(url: str, output: Path, *options: str) -> Result:
    return CliRunner().invoke(init, [url, "--output", str(output), *options])


def test_what_is_written_loads_and_leaves_out_what_the_gate_itself_asks_for(url: str, tmp_path: Path) -> None:
    output = tmp_path / "perf.toml"
    done = write(url, output)
    assert done.exit_code == 0
    assert "/items/{item_id}" in done.output
    metrics = policy_file.load(output).metrics
    assert (metrics.duration, metrics.name_label) == ("http_request_duration_seconds", ("handler",))
    assert metrics.ignored_names == ("/metrics", "/health")
    assert "chosen because its name contains http, handler names a route" in done.output
    assert "fits less: a guess, shop_work_seconds by task" in done.output


def test_a_service_that_has_no_health_page_is_ready_when_it_shows_its_metrics(tmp_path: Path) -> None:
    output = tmp_path / "perf.toml"
    with answering("/actuator/prometheus", METHODS) as base:
        done = write(f"{base}/actuator/prometheus", output)
    assert "GET /items, POST /items" in done.output
    policy = policy_file.load(output)
    assert policy.service == Service(ready="/actuator/prometheus", metrics="/actuator/prometheus")
    assert policy.metrics.name_label == ("method", "uri")
    assert policy.metrics.ignored_names == ("/actuator/prometheus",)


@pytest.mark.parametrize("root", [None, "OK", "Hello World!"])
def test_the_base_of_a_service_is_enough(tmp_path: Path, root: str | None) -> None:
    output = tmp_path / "perf.toml"
    with answering("/metrics", METHODS, root) as base:
        done = write(base, output)
    assert done.exit_code == 0
    service = policy_file.load(output).service
    assert service is not None
    assert service.metrics == "/metrics"


def test_durations_without_buckets_are_told_with_what_gives_them_some(tmp_path: Path) -> None:
    summary = METHODS.replace("histogram", "summary").replace("_bucket", "_count").replace(',le="+Inf"', "")
    with answering("/metrics", summary) as base:
        error = write(f"{base}/metrics", tmp_path / "perf.toml").exception
    assert (
        "http_server_requests_seconds: a summary without buckets; Micrometer: set management.metrics"
        in str(error)
    )
    assert "percentiles-histogram.http.server.requests=true" in str(error)


def test_how_it_is_started_and_what_is_sent_are_written_when_given(url: str, tmp_path: Path) -> None:
    output = tmp_path / "perf.toml"
    start = 'python -m "my shop" --port {port}'
    write(url, output, "--start", start, "--ready", "/up", "--locustfile", "load.py")
    policy = policy_file.load(output)
    assert policy.service is not None
    assert policy.service.start == ("python", "-m", "my shop", "--port", "{port}")
    assert (policy.service.ready, policy.service.metrics) == ("/up", "/metrics")
    assert policy.load.locustfile == "load.py"


def test_a_histogram_of_ones_own_is_taken_by_its_name_and_label(url: str, tmp_path: Path) -> None:
    output = tmp_path / "perf.toml"
    assert write(url, output, "--histogram", "shop_work_seconds", "--name-label", "task").exit_code == 0
    metrics = policy_file.load(output).metrics
    assert (metrics.duration, metrics.name_label, metrics.status_label) == (
        "shop_work_seconds",
        ("task",),
        "outcome",
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--preset", "gRPC"), "no histogram of gRPC; histograms there: http_request_duration_seconds"),
        (("--histogram", "shop_works_seconds"), "nearest: shop_work_seconds"),
        (("--histogram", "shop_work_seconds", "--name-label", "page"), "it has outcome, task"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(
    url: str, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    output = tmp_path / "perf.toml"
    error = write(url, output, *options).exception
    assert isinstance(error, MetricNotFoundError)
    assert said in str(error)
    assert not output.exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--name-label", "task"),
        ("--preset", "gRPC", "--histogram", "shop_work_seconds"),
        ("--start", "./serve"),
        ("--start", "'"),
    ],
)
def test_options_that_make_no_sense_are_refused(url: str, tmp_path: Path, options: tuple[str, ...]) -> None:
    assert write(url, tmp_path / "perf.toml", *options).exit_code == 2


def test_a_file_is_only_overwritten_when_forced(url: str, tmp_path: Path) -> None:
    output = tmp_path / "perf.toml"
    output.write_text("mine", encoding="utf-8")
    assert isinstance(write(url, output).exception, UserError)
    assert output.read_text(encoding="utf-8") == "mine"
    assert write(url, output, "--force").exit_code == 0
    assert output.read_text(encoding="utf-8") != "mine"


AXON = """commandBus_Place_allTimer_seconds_bucket{le="1"} 3
commandBus_Place_allTimer_seconds_bucket{le="+Inf"} 3
commandBus_Ship_allTimer_seconds_bucket{le="1"} 3
commandBus_Ship_allTimer_seconds_bucket{le="+Inf"} 3
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "<html><body>Login</body></html>",
            "or --client for a service without metrics (no Prometheus either: status 404)",
        ),
        ('{"status": "up"}', "JSON"),
        ("", "no histogram found"),
        ("up 1\nthis is prose\n", "no value"),
        (
            AXON,
            "several histograms, each with one operation: commandBus_Place_allTimer_seconds, commandBus_Ship",
        ),
        (
            METHODS.replace("requests_seconds", "requests").replace('le="1"', 'le="3"'),
            "its unit is unknown",
        ),
    ],
)
def test_a_page_that_does_not_do_is_refused_in_a_line(tmp_path: Path, text: str, said: str) -> None:
    output = tmp_path / "perf.toml"
    with answering("/metrics", text) as base:
        error = write(f"{base}/metrics", output).exception
    assert isinstance(error, UserError)
    assert said in str(error)
    assert "\n" not in str(error)
    assert not output.exists()


def test_a_unit_that_nothing_tells_can_be_given(tmp_path: Path) -> None:
    output = tmp_path / "perf.toml"
    text = METHODS.replace("requests_seconds", "requests").replace('le="1"', 'le="3"')
    with answering("/metrics", text) as base:
        done = write(f"{base}/metrics", output, "--unit", "microseconds")
    assert done.exit_code == 0
    assert policy_file.load(output).metrics.unit == "microseconds"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/metrics", "http://:bad", "shop"], ids=str)
def test_a_service_that_is_not_there_is_told_in_a_line(url: str, tmp_path: Path) -> None:
    output = tmp_path / "perf.toml"
    error = write(url, output).exception
    assert isinstance(error, SourceUnreachableError)
    assert "\n" not in str(error)
    assert not output.exists()


@pytest.mark.prometheus
def test_a_prometheus_is_asked_for_the_histograms_of_one_service(url: str, tmp_path: Path) -> None:
    port = int(url.rpartition(":")[2].removesuffix("/metrics"))
    output = tmp_path / "perf.toml"
    with start_server("/metrics", tmp_path / "prometheus.log") as server:
        server.scrape([port])
        prometheus = server.url
        _wait_until_scraped(prometheus)
        assert write(prometheus, output, "--match", "job=service").exit_code == 0
        nobody = write(prometheus, output, "--match", "job=nobody", "--force").exception
    policy = policy_file.load(output)
    assert policy.metrics.duration == "http_request_duration_seconds"
    assert policy.service == Service(ready="/metrics")
    assert isinstance(nobody, MetricNotFoundError)


def _wait_until_scraped(prometheus: str) -> None:
    deadline = time.monotonic() + 60
    while not httpx.get(f"{prometheus}/api/v1/query", params={"query": "up == 1"}).json()["data"]["result"]:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_at_a_terminal_it_asks_which_one(url: str, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "mario_perf", "init", url, "--output", str(tmp_path / "perf.toml")]
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    ) as process:
        os.write(ours, b"2\n")
        said, _ = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0
    assert "1  prometheus-fastapi-instrumentator" in said
    assert policy_file.load(tmp_path / "perf.toml").metrics.duration == "shop_work_seconds"
