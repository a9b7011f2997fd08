"""Against a real Prometheus server that scrapes a real exporter."""

from __future__ import annotations

import base64
import http.server
import json
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import numpy as np
import pytest
from prometheus_client import start_http_server

from mario_perf.configuration.service_metrics import CQRS
from mario_perf.errors import (
    InvalidRunError,
    MetricNotFoundError,
    SourceUnreachableError,
    TargetNotScrapedError,
)
from mario_perf.measurement.measure import measure
from mario_perf.model import Operation
from mario_perf.run_record import RunRecord, Span, TargetRecord
from mario_perf.sources.connection import Connection
from mario_perf.sources.prometheus_source import PrometheusSource
from mario_perf.sources.report_queries import queries
from mario_perf.sources.scrapes import ScrapeSource
from mario_perf.statistics.quantiles import quantile
from tests.simulated_runs import Service, keep_scrapes, record, target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from prometheus_client import Metric
    from prometheus_client.registry import Collector

    from mario_perf.model import RunMeasurement

pytestmark = pytest.mark.prometheus

CONFIG = """
global: {{scrape_interval: 250ms, scrape_timeout: 250ms}}
scrape_configs:
  - {{job_name: pizzeria, static_configs: [{{targets: ["{exporter}", "{other}"], labels: {{build: new}}}}]}}
  - {{job_name: twice, static_configs: [{{targets: ["{exporter}"], labels: {{instance: shared}}}}]}}
  - {{job_name: twice_too, static_configs: [{{targets: ["{exporter}"], labels: {{instance: shared}}}}]}}
"""


@dataclass(frozen=True)
class Scene:
    """One run that Prometheus scraped, and that was scraped by hand into ``directory``, too."""

    url: str
    exporter: str
    directory: Path
    record: RunRecord

    @property
    def target(self) -> TargetRecord:
        return self.record.targets[0]

    def asked(self, query: str, at: float) -> list[float]:
        """What Prometheus says to a query."""
        answer = json.loads(_get(f"{self.url}/api/v1/query?{urlencode({'query': query, 'time': at})}"))
        return [float(row["value"][1]) for row in answer["data"]["result"]]

    def source(self, **changes: object) -> PrometheusSource:
        connection = Connection(self.url, timeout=10.0)
        return PrometheusSource(replace(connection, **changes), CQRS)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    directory = tmp_path_factory.mktemp("prometheus")
    service, replica = Service(), Service()
    with _served(service.registry) as exporter, _served(replica.registry) as other:
        (directory / "prometheus.yml").write_text(CONFIG.format(exporter=exporter, other=other))
        with _prometheus(directory) as url:
            yield Scene(url, exporter, directory, _run((service, replica), exporter, url, directory))


@contextmanager
def _served(registry: Collector) -> Iterator[str]:
    """An exporter on a free port."""
    server, thread = start_http_server(0, "127.0.0.1", registry)
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def _prometheus(directory: Path, end: signal.Signals = signal.SIGTERM) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as held:
        address = f"127.0.0.1:{held.getsockname()[1]}"
    with (directory / "prometheus.log").open("w") as log:
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={directory / 'prometheus.yml'}",
                f"--storage.tsdb.path={directory / 'data'}",
                f"--web.listen-address={address}",
            ],
            stdout=log,
            stderr=log,
        )
        try:
            _wait(lambda: b"Ready" in _get(f"http://{address}/-/ready"))
            yield f"http://{address}"
        finally:
            process.send_signal(end)
            process.wait(20)


def _run(services: tuple[Service, Service], exporter: str, url: str, directory: Path) -> RunRecord:
    """Three bursts of work in quiet surroundings, scraped by hand between them."""
    service, replica = services
    _wait(lambda: _get(f"{url}/api/v1/query?query=up==1").count(b"pizzeria") == 2)
    kept = [(time.time(), service.body())]
    start = time.time()
    random = np.random.default_rng(5)
    for burst in range(1, 4):
        for duration in random.lognormal(-5.0, 0.5, 100):
            service.execute("PlaceOrderCommand", float(duration))
            replica.execute("PlaceOrderCommand", float(duration))
        service.execute("GetMenuQuery", 0.002, kind="query")
        service.execute("GetMenuQuery", 0.002, "exception", kind="query")
        service.execute("OrderCreatedEvent", 0.001, kind="request")
        kept.append((time.time(), service.body()))
        _wait(partial(_has_scraped, url, 200 * burst))
        time.sleep(0.6)  # two scrapes more
    end = time.time()
    kept.append((time.time(), service.body()))
    keep_scrapes(directory, "candidate", kept)
    sent = target({"PlaceOrderCommand": 300, "GetMenuQuery": 6})
    sent = sent.model_copy(update={"metrics_url": f"http://{exporter}/metrics"})
    span = Span(start=start, end=end)
    return record(sent, whole_run=span, window=span)


def _measured(url: str, exporter: str, orders: int, start: float) -> RunMeasurement:
    """What Prometheus saw of so many orders to one service, from a moment until now."""
    span, sent = Span(start=start, end=time.time()), target({"PlaceOrderCommand": orders})
    sent = sent.model_copy(update={"metrics_url": f"http://{exporter}/metrics"})
    found = PrometheusSource(Connection(url, timeout=10.0), CQRS).snapshots(sent, span)
    return measure(found, record(sent, whole_run=span, window=span), sent)


def _has_scraped(url: str, executions: int) -> bool:
    """Whether Prometheus has seen as many orders of both replicas."""
    query = urlencode({"query": 'sum(cqrs_executions_total{build="new", type="PlaceOrderCommand"})'})
    return f'"{executions}"'.encode() in _get(f"{url}/api/v1/query?{query}")


def _get(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bytes(response.read())
    except (urllib.error.URLError, ConnectionError):
        return b""


def _wait(until: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def test_both_sources_count_exactly_the_same(scene: Scene) -> None:
    kept = ScrapeSource(scene.directory, CQRS).snapshots(scene.target, scene.record.whole_run)
    scraped = scene.source().snapshots(scene.target, scene.record.whole_run)
    ours, theirs = (measure(each, scene.record, scene.target) for each in (kept, scraped))
    assert set(ours.measurements) == set(theirs.measurements) == {"PlaceOrderCommand", "GetMenuQuery"}
    np.testing.assert_array_equal(ours.bounds, theirs.bounds)
    for name, own in ours.measurements.items():
        other = theirs.measurements[name]
        np.testing.assert_array_equal(own.histogram, other.histogram)
        assert (own.executions, own.failures) == (other.executions, other.failures)
        assert own.time_spent == pytest.approx(other.time_spent, rel=1e-12)
        assert quantile(own.histogram, ours.bounds, 0.95) == quantile(other.histogram, theirs.bounds, 0.95)
    assert all(row.agrees for row in (*ours.reconciliation, *theirs.reconciliation))
    assert theirs.measurements["GetMenuQuery"].failures == {"exception": 3}


def test_the_reports_expressions_show_what_was_measured(scene: Scene) -> None:
    found = scene.source().snapshots(scene.target, scene.record.whole_run)
    measured = measure(found, scene.record, scene.target).measurements
    matchers = [scene.source().matchers(scene.target)]
    order, menu = (queries(measured[name].operation, CQRS, matchers) for name in sorted(measured)[::-1])
    at = scene.record.whole_run.end
    assert (scene.asked(order["error ratio"], at), scene.asked(menu["error ratio"], at)) == ([0.0], [0.5])
    assert scene.asked(menu["mean"], at) == [pytest.approx(2.0)]
    # Prometheus does not see what a series counted before its first scrape: one burst of three.
    one = measured["PlaceOrderCommand"]
    p95 = quantile(one.histogram, found.bounds, 0.95)
    assert scene.asked(order["p95"], at) == [pytest.approx(p95.value * 1000, rel=0.2)]
    assert scene.asked(order["mean"], at) == [pytest.approx(one.time_spent / 300 * 1000, rel=0.2)]


def test_failures_that_have_no_counter_are_those_of_the_histogram(scene: Scene) -> None:
    uncounted = replace(CQRS, executions=None, failures=None)
    matchers = [scene.source().matchers(scene.target)]
    ratios = {Operation("command", "PlaceOrderCommand"): 0.0, Operation("query", "GetMenuQuery"): 0.5}
    for operation, ratio in ratios.items():
        query = queries(operation, uncounted, matchers)["error ratio"]
        assert scene.asked(query, scene.record.whole_run.end) == [ratio]


def test_without_matchers_they_show_a_line_an_instance(scene: Scene) -> None:
    shown = queries(Operation("query", "GetMenuQuery"), CQRS)
    for query in shown.values():
        assert len(scene.asked(query, scene.record.whole_run.end)) == 2


def test_replicas_add_up_to_the_unit(scene: Scene) -> None:
    source = scene.source(replicas={"candidate": {"build": "new"}})
    sent, span = target({"PlaceOrderCommand": 600, "GetMenuQuery": 6}), scene.record.whole_run
    both = measure(source.snapshots(sent, span), record(sent, whole_run=span, window=span), sent)
    assert all(row.client_whole == row.server_whole for row in both.reconciliation)
    assert both.measurements["PlaceOrderCommand"].executions == 600
    assert both.measurements["GetMenuQuery"].executions == 6


def test_a_replica_that_was_not_there_all_the_time_makes_the_run_invalid(scene: Scene) -> None:
    source = scene.source(replicas={"candidate": {"build": "new"}}, settle=0.0)
    early = Span(start=scene.record.whole_run.start - 60, end=scene.record.whole_run.end)
    with pytest.raises(InvalidRunError, match=r"replicas changed during the run \(.*job=pizzeria.* came"):
        source.snapshots(scene.target, early)


def test_the_run_is_covered_by_raw_samples_and_no_more(scene: Scene) -> None:
    found = scene.source().snapshots(scene.target, scene.record.whole_run)
    whole = scene.record.whole_run
    assert found.times[0] <= whole.start < found.times[1]
    assert found.times[-2] < whole.end <= found.times[-1]


def test_the_number_of_requests_does_not_depend_on_the_operations(scene: Scene) -> None:
    with _proxied(scene.url) as proxy:
        scene.source(url=proxy.url).snapshots(scene.target, scene.record.whole_run)
        assert [path.split("?")[0] for path in proxy.paths] == ["/api/v1/query"] * 2


def test_the_scrape_after_a_run_that_just_ended_is_waited_for(scene: Scene) -> None:
    ending = Span(start=scene.record.whole_run.start, end=time.time() + 0.3)
    assert scene.source().snapshots(scene.target, ending).times[-1] >= ending.end


def test_waiting_for_a_scrape_has_an_end(scene: Scene) -> None:
    ending = Span(start=scene.record.whole_run.start, end=time.time())
    found = scene.source(settle=0.0).snapshots(scene.target, ending)
    assert found.times[-1] < ending.end


def test_a_run_that_ends_next_year_is_not_waited_for(scene: Scene) -> None:
    ending = Span(start=scene.record.whole_run.start, end=time.time() + 3e7)
    found = scene.source(settle=0.1).snapshots(scene.target, ending)
    assert found.times[-1] < ending.end


def test_a_run_that_begins_next_year_has_no_scrape(scene: Scene) -> None:
    ahead = Span(start=time.time() + 3e7, end=time.time() + 4e7)
    with pytest.raises(TargetNotScrapedError, match="no scrape of"):
        scene.source(settle=0.1).snapshots(scene.target, ahead)


def test_a_prometheus_that_is_killed_and_started_again_loses_no_count_and_tells_the_gap(
    tmp_path: Path,
) -> None:
    """It reads its log of writes again; what happened meanwhile is in the next scrape."""
    service, replica = Service(), Service()

    def work() -> None:
        for each in (service, replica):
            for _ in range(100):
                each.execute("PlaceOrderCommand", 0.005)

    with _served(service.registry) as exporter, _served(replica.registry) as other:
        (tmp_path / "prometheus.yml").write_text(CONFIG.format(exporter=exporter, other=other))
        with _prometheus(tmp_path, signal.SIGKILL) as url:
            _wait(lambda: _get(f"{url}/api/v1/query?query=up==1").count(b"pizzeria") == 2)
            start = time.time()
            work()
            _wait(lambda: _has_scraped(url, 200))
        work()
        time.sleep(1.5)  # more than three scrapes
        with _prometheus(tmp_path) as url:
            _wait(lambda: _has_scraped(url, 400))
            work()
            _wait(lambda: _has_scraped(url, 600))
            measured = _measured(url, exporter, 300, start)
    assert measured.measurements["PlaceOrderCommand"].executions == 300
    assert all(row.agrees for row in measured.reconciliation)
    assert "scrape-gap" in {each.code for each in measured.findings}


class _Slow:
    """A registry whose page takes a moment; it tells when a scrape begins."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.began = threading.Event()

    def collect(self) -> Iterable[Metric]:
        self.began.set()
        time.sleep(0.15)
        return self._service.registry.collect()


def test_a_scrape_that_was_under_way_when_the_run_began_is_not_where_it_begins(tmp_path: Path) -> None:
    """It bears the time at which it began, and holds what the run did until it ended."""
    service = Service()
    slow = _Slow(service)
    with _served(slow) as exporter:
        config = CONFIG.format(exporter=exporter, other="127.0.0.1:1")
        (tmp_path / "prometheus.yml").write_text(config.partition("  - {job_name: twice")[0])
        with _prometheus(tmp_path) as url:
            _wait(lambda: b"pizzeria" in _get(f"{url}/api/v1/query?query=count_over_time(up[1m])>2"))
            slow.began.clear()
            slow.began.wait(20)
            start = time.time()
            for _ in range(100):
                service.execute("PlaceOrderCommand", 0.005)
            _wait(lambda: _has_scraped(url, 100))
            measured = _measured(url, exporter, 100, start)
    assert measured.measurements["PlaceOrderCommand"].executions == 100


def test_a_target_that_is_not_scraped_is_an_error_with_what_is(scene: Scene) -> None:
    other = scene.target.model_copy(update={"metrics_url": "http://127.0.0.1:1/metrics"})
    with pytest.raises(TargetNotScrapedError, match=f"no scrape of instance=127.0.0.1:1.*{scene.exporter}"):
        scene.source().snapshots(other, scene.record.whole_run)


def test_a_target_that_is_scraped_twice_needs_a_matcher(scene: Scene) -> None:
    with pytest.raises(
        TargetNotScrapedError, match="job=twice; instance=shared,job=twice_too; add a matcher"
    ):
        scene.source(matchers={"instance": "shared"}).snapshots(scene.target, scene.record.whole_run)
    found = scene.source(matchers={"instance": "shared", "job": "twice"})
    assert found.snapshots(scene.target, scene.record.whole_run).operations


def test_a_missing_metric_is_an_error_with_the_nearest_names(scene: Scene) -> None:
    wrong = replace(CQRS, duration="cqrs_execution_time_milliseconds")
    source = PrometheusSource(Connection(scene.url), wrong)
    with pytest.raises(MetricNotFoundError, match="nearest: cqrs_execution_duration_milliseconds_bucket"):
        source.snapshots(scene.target, scene.record.whole_run)


def test_a_server_that_is_no_prometheus_is_an_error(scene: Scene) -> None:
    with pytest.raises(SourceUnreachableError, match="this is not a Prometheus API"):
        scene.source(url=f"http://{scene.exporter}").snapshots(scene.target, scene.record.whole_run)


@pytest.mark.parametrize("given", [{"basic_auth": ("luigi", "1234")}, {"bearer_token": "bHVpZ2k6MTIzNA=="}])
def test_credentials_open_a_guarded_server(scene: Scene, given: dict[str, object]) -> None:
    scheme = "Basic" if "basic_auth" in given else "Bearer"
    expected = f"{scheme} {base64.b64encode(b'luigi:1234').decode()}"
    with _proxied(scene.url, {"Authorization": expected}) as proxy:
        assert scene.source(url=proxy.url, **given).snapshots(scene.target, scene.record.whole_run).operations
        with pytest.raises(SourceUnreachableError, match="status 401; give a user and password, or a token"):
            scene.source(url=proxy.url).snapshots(scene.target, scene.record.whole_run)


def test_headers_are_sent(scene: Scene) -> None:
    with _proxied(scene.url, {"X-Scope-OrgID": "mario"}) as proxy:
        source = scene.source(url=proxy.url, headers={"X-Scope-OrgID": "mario"})
        assert source.snapshots(scene.target, scene.record.whole_run).operations


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate")
def test_tls_is_verified_against_the_ca_that_was_given(scene: Scene, tmp_path: Path) -> None:
    certificate = _certificate(tmp_path)
    with _proxied(scene.url, certificate=certificate) as proxy:
        with pytest.raises(SourceUnreachableError, match=r"TLS failed.*give the server's CA"):
            scene.source(url=proxy.url).snapshots(scene.target, scene.record.whole_run)
        trusting = scene.source(url=proxy.url, ca=certificate)
        assert trusting.snapshots(scene.target, scene.record.whole_run).operations


def _certificate(directory: Path) -> Path:
    """Certificate and key in one file."""
    file = directory / "server.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    options = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        [*command.split(), *options, "-keyout", str(file), "-out", str(directory / "only.pem")],
        check=True,
        capture_output=True,
        timeout=30,
    )
    file.write_text(file.read_text() + (directory / "only.pem").read_text())
    return file


@dataclass(frozen=True)
class Proxy:
    url: str
    paths: list[str]


@contextmanager
def _proxied(
    upstream: str, required: dict[str, str] | None = None, certificate: Path | None = None
) -> Iterator[Proxy]:
    """What stands before a Prometheus in a company: asks for headers, speaks TLS, passes on."""
    paths: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            allowed = all(self.headers.get(name) == value for name, value in (required or {}).items())
            body = _get(upstream + self.path) if allowed else b"no"
            self.send_response(200 if allowed else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that does not trust the certificate hangs up: that is the test."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        scheme = "http" if certificate is None else "https"
        try:
            yield Proxy(f"{scheme}://127.0.0.1:{server.server_port}", paths)
        finally:
            server.shutdown()
            thread.join(5)
