"""The same figures through OpenTelemetry."""

from __future__ import annotations

import asyncio
import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from prometheus_client import REGISTRY

from mario_perf.pizzeria.cqrs.error_categories import NotFoundError
from mario_perf.pizzeria.cqrs.metrics.behavior import MetricsPipelineBehavior
from mario_perf.pizzeria.cqrs.metrics.execution_recorder import BOUNDS, ExecutionRecorder
from mario_perf.pizzeria.cqrs.metrics.histogram_text import (
    DURATION,
    EXECUTIONS,
    FAILURES,
    SUCCESSES,
    Exposition,
)
from mario_perf.pizzeria.cqrs.metrics.opentelemetry import OpenTelemetryRecorder
from mario_perf.pizzeria.cqrs.metrics.text_format import page
from mario_perf.pizzeria.cqrs.requests import Command, Query
from tests.pizzeria.series import samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric


class Bake(Command[str]):
    __slots__ = ()


class Look(Query[str]):
    __slots__ = ()


async def baked() -> str:
    return "pizza"


async def missing() -> str:
    raise NotFoundError


def work(behavior: MetricsPipelineBehavior[Any]) -> None:
    """Three successes and a failure of one operation, two successes of another."""

    async def main() -> None:
        for _ in range(3):
            await behavior.handle_async(Bake(), baked)
        with pytest.raises(NotFoundError):
            await behavior.handle_async(Bake(), missing)
        for _ in range(2):
            await behavior.handle_async(Look(), baked)

    asyncio.run(main())


def test_after_export_to_prometheus_the_series_are_those_of_our_own_exposition() -> None:
    """Names, labels, bounds and counts; ours has series at 0 besides."""
    provider = MeterProvider([PrometheusMetricReader(disable_target_info=True)])
    try:
        work(MetricsPipelineBehavior(OpenTelemetryRecorder(provider)))
        exported = {
            (sample.name, frozenset({**sample.labels}.items())): sample.value
            for family in REGISTRY.collect()
            for sample in family.samples
            if sample.name.startswith("cqrs_")
        }
    finally:
        provider.shutdown()
    recorder = ExecutionRecorder()
    work(MetricsPipelineBehavior(recorder))
    ours = samples(page([Exposition(recorder)]).decode())
    counted = {key: value for key, value in ours.items() if not key[0].endswith(("_sum", "_bucket"))}
    seen = {(name, without_scope(labels)): value for (name, labels), value in exported.items()}
    assert {key: value for key, value in counted.items() if value} == {
        key: value for key, value in seen.items() if key in counted
    }
    assert {key[0] for key in ours} <= {key[0] for key in seen}
    bounds = {float(dict(labels)["le"]) for name, labels in seen if name.endswith("_bucket")}
    assert bounds == {*BOUNDS, float("inf")}


def without_scope(labels: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Labels that say which library made the instrument are the exporter's."""
    return frozenset(each for each in labels if not each[0].startswith("otel_scope"))


class Collector(ThreadingHTTPServer):
    """Receives OTLP over HTTP, and keeps it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiving)
        self.received: list[ExportMetricsServiceRequest] = []


class Receiving(BaseHTTPRequestHandler):
    """Takes one export."""

    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.received.append(ExportMetricsServiceRequest.FromString(body))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(ExportMetricsServiceResponse().SerializeToString())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


def export(collector: Collector) -> dict[str, Metric]:
    """What arrives of the work, by the names of the instruments."""
    exporter = OTLPMetricExporter(f"http://127.0.0.1:{collector.server_port}/v1/metrics", timeout=10)
    provider = MeterProvider([PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)])
    work(MetricsPipelineBehavior(OpenTelemetryRecorder(provider)))
    provider.shutdown()
    return {
        metric.name: metric
        for request in collector.received
        for resource in request.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join(10)
    server.server_close()


def test_a_collector_receives_every_execution(collector: Collector) -> None:
    metrics = export(collector)
    successes, failures = (
        {
            (*kinds(point), attribute(point, "error_type")): point.as_int
            for point in metrics[f"cqrs.executions.{ended}.executions"].sum.data_points
        }
        for ended in ("success", "failures")
    )
    assert successes == {("command", "Bake", ""): 3, ("query", "Look", ""): 2}
    assert failures == {("command", "Bake", "not_found"): 1}
    executions = metrics["cqrs.executions.total"].sum
    assert executions.is_monotonic
    assert {kinds(point): point.as_int for point in executions.data_points} == {
        ("command", "Bake"): 4,
        ("query", "Look"): 2,
    }
    duration = metrics["cqrs.execution.duration"]
    assert duration.unit == "ms"
    assert sum(point.count for point in duration.histogram.data_points) == 6
    assert list(duration.histogram.data_points[0].explicit_bounds) == list(BOUNDS)


def test_names_are_those_of_our_own_exposition_after_export_by_a_collector_too(collector: Collector) -> None:
    names = {name_by_a_collector(metric) for metric in export(collector).values()}
    assert names == {EXECUTIONS, SUCCESSES, FAILURES, DURATION}


def name_by_a_collector(metric: Metric) -> str:
    """As it and Prometheus' OTLP receiver do: a unit that is anywhere in the name is not appended."""
    words = metric.name.split(".")
    unit = {"ms": "milliseconds"}.get(metric.unit, metric.unit)
    if unit not in words:
        words.append(unit)
    if metric.sum.is_monotonic:
        words = [*(word for word in words if word != "total"), "total"]
    return "_".join(words)


def kinds(point: object) -> tuple[str, str]:
    return attribute(point, "operation"), attribute(point, "type")


def attribute(point: object, name: str) -> str:
    """Empty without it."""
    attributes: dict[str, str] = {
        each.key: each.value.string_value
        for each in point.attributes  # type: ignore[attr-defined]
    }
    return attributes.get(name, "")
