"""Native histograms, exposed in Prometheus' own format and read back from a real server."""

from __future__ import annotations

import math
import struct
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest

from mario_perf.builds.ports import free_port
from mario_perf.configuration.policy import Policy
from mario_perf.configuration.service_metrics import CQRS
from mario_perf.doctor.examination import examine_url
from mario_perf.model import Operation
from mario_perf.run_record import Span, TargetRecord
from mario_perf.sources.connection import Connection
from mario_perf.sources.metric_inventory import list_histograms
from mario_perf.sources.native_histograms import of_matrix, to_classic
from mario_perf.sources.prometheus_source import PrometheusSource
from mario_perf.sources.report_queries import queries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "http_request_duration_seconds"
METRICS = replace(
    CQRS, duration=NAME, unit="seconds", name_label=("handler",), kind_label=None, status_label=None,
    executions=None, failures=None,
)  # fmt: skip
SCHEMA = 3
"""Eight buckets to each doubling: bounds are powers of ``2 ** (1 / 8)``."""

DELIMITED = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"

CONFIG = """
global: {{scrape_interval: 250ms, scrape_timeout: 250ms}}
scrape_configs: [{{job_name: native, static_configs: [{{targets: ["{target}"]}}]}}]
"""


def varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def zigzag(value: int) -> int:
    return value << 1 ^ value >> 63


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def double(field: int, value: float) -> bytes:
    return varint(field << 3 | 1) + struct.pack("<d", value)


def message(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content


def index_of(value: float) -> int:
    """The bucket that holds a value: its upper bound is ``2 ** (index / 8)``."""
    return math.ceil(math.log2(value) * (1 << SCHEMA) - 1e-9)


class NativeHistogram:
    """Counts of one series, and how they are written in the protocol's ``Histogram`` message."""

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.sum = 0.0

    def observe(self, value: float) -> None:
        self.counts[index_of(value)] = self.counts.get(index_of(value), 0) + 1
        self.sum += value

    def encoded(self) -> bytes:
        spans, deltas, before, last = b"", b"", None, 0
        for index in sorted(self.counts):
            offset = index if before is None else index - before - 1
            spans += message(12, number(1, zigzag(offset)) + number(2, 1))
            deltas += varint(zigzag(self.counts[index] - last))
            before, last = index, self.counts[index]
        head = number(1, sum(self.counts.values())) + double(2, self.sum)
        scale = number(5, zigzag(SCHEMA)) + double(6, 1e-9) + number(7, 0)
        return head + scale + spans + message(13, deltas)


class Exporter(ThreadingHTTPServer):
    """Shows the histograms of its operations."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Showing)
        self.histograms: dict[str, NativeHistogram] = {}

    def body(self) -> bytes:
        metrics = b"".join(
            message(
                4, message(1, message(1, b"handler") + message(2, name.encode())) + message(7, one.encoded())
            )
            for name, one in self.histograms.items()
        )
        family = message(1, NAME.encode()) + message(2, b"Time") + number(3, 4) + metrics
        return varint(len(family)) + family


class Showing(BaseHTTPRequestHandler):
    """Answers a scrape."""

    server: Exporter

    def do_GET(self) -> None:
        body = self.server.body()
        self.send_response(200)
        self.send_header("Content-Type", DELIMITED)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def exporter() -> Iterator[Exporter]:
    server = Exporter()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join(10)
    server.server_close()


@contextmanager
def prometheus(folder: Path, target: str) -> Iterator[Connection]:
    configuration = folder / "prometheus.yml"
    configuration.write_text(CONFIG.format(target=target))
    address = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [
            "prometheus", "--enable-feature=native-histograms", f"--config.file={configuration}",
            f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address={address}",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield Connection(f"http://{address}", timeout=10.0)
    finally:
        process.terminate()
        process.wait(20)


def wait_for_a_scrape(connection: Connection) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(httpx.HTTPError):
            answer = httpx.get(f"{connection.url}/api/v1/query", params={"query": NAME}, timeout=5)
            if answer.is_success and answer.json()["data"]["result"]:
                return
        time.sleep(0.1)
    pytest.fail("no scrape within a minute")


def asked(connection: Connection, query: str) -> list[float]:
    answer = httpx.get(f"{connection.url}/api/v1/query", params={"query": query}, timeout=5).json()
    return [float(row["value"][1]) for row in answer["data"]["result"]]


@pytest.mark.prometheus
def test_counts_and_sums_come_back_as_they_were_observed(exporter: Exporter, tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    observed = {name: rng.lognormal(-5, 0.7, 300) for name in ("/orders", "/menu")}
    exporter.histograms = {name: NativeHistogram() for name in observed}
    for each in exporter.histograms.values():
        each.observe(0.01)
    target = f"127.0.0.1:{exporter.server_port}"
    with prometheus(tmp_path, target) as connection:
        wait_for_a_scrape(connection)
        start = time.time()
        for name, values in observed.items():
            for value in values:
                exporter.histograms[name].observe(float(value))
        time.sleep(1)
        span = Span(start=start, end=time.time())
        url = f"http://{target}"
        sent = TargetRecord(
            side="candidate", url=url, metrics_url=f"{url}/metrics", whole_run=(), in_window=()
        )
        source = PrometheusSource(connection, METRICS)
        read = source.snapshots(sent, span)
        shown = queries(read.operations[0], METRICS, [source.matchers(sent)])
        (p95,), (mean,) = (asked(connection, shown[each]) for each in ("p95", "mean"))
    menu = observed[read.operations[0].name]
    assert mean == pytest.approx(menu.mean())
    assert p95 == pytest.approx(np.quantile(menu, 0.95), rel=0.1)
    assert set(read.operations) == {Operation("operation", name) for name in observed}
    for index, operation in enumerate(read.operations):
        values = observed[operation.name]
        counted = read.buckets[-1, index] - read.buckets[0, index]
        assert counted.sum() == 300
        assert read.sums[-1, index] - read.sums[0, index] == pytest.approx(values.sum())
        expected = np.histogram(values, [0, *read.bounds, np.inf])[0]
        np.testing.assert_array_equal(counted, expected)
    assert len(read.bounds) > 30


@pytest.mark.prometheus
def test_a_native_histogram_is_found_and_examined_like_any_other(exporter: Exporter, tmp_path: Path) -> None:
    exporter.histograms = {"/orders": NativeHistogram()}
    exporter.histograms["/orders"].observe(0.01)
    with prometheus(tmp_path, f"127.0.0.1:{exporter.server_port}") as connection:
        wait_for_a_scrape(connection)
        (found,) = list_histograms(connection).histograms
        told = examine_url(connection, Policy(metrics=METRICS))
    assert found.name == NAME
    assert [labels["handler"] for labels in found.series] == ["/orders"]
    said = {each.subject: each.finding for each in told}
    assert said["operations"] == "1: /orders"
    assert said["buckets"] == "p95 is known to 9% or better"


def row(*samples: list[list[Any]]) -> dict[str, Any]:
    histograms = [
        [float(at), {"count": str(sum(int(b[3]) for b in buckets)), "sum": "1", "buckets": buckets}]
        for at, buckets in enumerate(samples)
    ]
    return {"metric": {"__name__": NAME}, "histograms": histograms}


def test_a_bound_that_a_coarser_sample_lies_across_is_left_out() -> None:
    fine = [[0, "0.5", "1", "3"], [0, "1", "2", "4"]]
    coarse = [[0, "0.5", "2", "9"]]
    series = {
        each.series.labels.get("le"): each.values for each in to_classic(of_matrix([row(fine, coarse)]))
    }
    assert "1.0" not in series
    np.testing.assert_array_equal(series["2.0"], [7, 9])
    np.testing.assert_array_equal(series["+Inf"], [7, 9])


def test_custom_bounds_of_prometheus_3_are_taken_as_they_are() -> None:
    before = [[0, "-Inf", "1", "3"], [0, "1", "2", "2"]]
    after = [[0, "-Inf", "1", "4"], [0, "1", "2", "2"], [0, "5", "+Inf", "1"]]
    found = {
        each.series.labels.get("le"): each.values.tolist()
        for each in to_classic(of_matrix([row(before, after)]))
        if each.series.name == f"{NAME}_bucket"
    }
    assert found == {"1.0": [3, 4], "2.0": [5, 6], "5.0": [5, 6], "+Inf": [5, 7]}


def test_two_services_have_the_same_exponential_bounds_although_their_times_differ() -> None:
    def bounds(*buckets: list[Any]) -> set[str]:
        rows = of_matrix([row(list(buckets))])
        return {each.series.labels["le"] for each in to_classic(rows) if "le" in each.series.labels}

    fast = bounds([0, "1", "1.189207115002721", "3"], [0, "2", "2.378414230005442", "2"])
    slow = bounds([0, "1.189207115002721", "1.414213562373095", "3"], [0, "3.363585661014858", "4", "2"])
    assert fast == slow
    assert len(fast) == 10


def test_what_is_no_native_histogram_is_left_alone() -> None:
    assert list(to_classic(of_matrix([{"metric": {"__name__": "up"}, "values": [[0, "1"]]}]))) == []


def test_an_empty_histogram_counts_nothing() -> None:
    empty = {"metric": {"__name__": NAME}, "histograms": [[0.0, {"count": "0", "sum": "0"}]]}
    assert [each.values.tolist() for each in to_classic(of_matrix([empty]))] == [[0.0], [0.0]]
