"""The client's figures for Prometheus: ``locust -f loadtests/mario.py,deploy/load/exporter.py``.

They are made of Locust's own statistics whenever Prometheus asks, so that a request costs the load
generator nothing more. Locust keeps response times to 1 ms, and to two digits above 100 ms.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from gevent.pywsgi import WSGIServer
from locust import events
from locust.runners import WorkerRunner
from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from mario_perf.load.record.recorder import Recorder
from mario_perf.load.users.measured_user import MeasuredUser

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable, Mapping
    from typing import Any

    from locust.env import Environment
    from locust.stats import StatsEntry
    from prometheus_client.metrics_core import Metric

BOUNDS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 2000, 5000, 10000)
"""Milliseconds: the upper bounds of the buckets, fine where Locust's own rounding is."""

LABELS = ("method", "step")


class LoadMetrics(Collector):
    """The statistics of a Locust environment as Prometheus metrics."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def collect(self) -> Iterable[Metric]:
        """All families, of this moment."""
        runner = self._environment.runner
        state, users = ("ready", 0) if runner is None else (runner.state, runner.user_count)
        running = GaugeMetricFamily("mario_load_running", "Whether a run is under way", labels=("run",))
        running.add_metric((_run_id(),), float(state in {"spawning", "running"}))
        yield running
        yield GaugeMetricFamily("mario_load_users", "Simulated users", users)
        yield from _of_requests(list(self._environment.stats.entries.values()))


def _run_id() -> str:
    """What the run in progress is called, by its record; nothing where there is none."""
    recorder = MeasuredUser.coordinator.value
    folder = recorder.folder if isinstance(recorder, Recorder) else None
    return folder.name if folder else ""


def _of_requests(entries: Iterable[StatsEntry]) -> Iterable[Metric]:
    requests = CounterMetricFamily("mario_load_requests", "Requests sent", labels=LABELS)
    failures = CounterMetricFamily("mario_load_failures", "Requests that failed", labels=LABELS)
    times = HistogramMetricFamily("mario_load_response_time_seconds", "Response time", labels=LABELS)
    for entry in entries:
        labels = (str(entry.method), str(entry.name))
        requests.add_metric(labels, entry.num_requests)
        failures.add_metric(labels, entry.num_failures)
        times.add_metric(labels, cumulative(entry.response_times), entry.total_response_time / 1e3)
    yield from (requests, failures, times)


def cumulative(counts: Mapping[int, int]) -> list[tuple[str, float]]:
    """Counts by milliseconds as a histogram: pairs of an upper bound in seconds and all up to it."""
    places = [0] * (len(BOUNDS) + 1)
    for milliseconds, count in counts.items():
        places[sum(bound < milliseconds for bound in BOUNDS)] += count
    names = (*(str(bound / 1e3) for bound in BOUNDS), "+Inf")
    return list(zip(names, map(float, accumulate(places)), strict=True))


def add_arguments(parser: ArgumentParser) -> None:
    """Add the exporter's options to Locust's parser."""
    group = parser.add_argument_group("Exporter options")
    group.add_argument(
        "--exporter-host", default="127.0.0.1", metavar="HOST", help="Address to serve the metrics at."
    )
    group.add_argument(
        "--exporter-port",
        type=int,
        default=8090,
        metavar="PORT",
        help="Port to serve the metrics at, any path. Default: 8090.",
    )


def serve(environment: Environment, **_: Any) -> None:  # noqa: ANN401 - Locust's events
    """Serve the metrics until Locust quits; a worker's are in its master's."""
    options = environment.parsed_options
    if options is None or isinstance(environment.runner, WorkerRunner):
        return
    registry = CollectorRegistry()
    registry.register(LoadMetrics(environment))
    server = WSGIServer((options.exporter_host, options.exporter_port), make_wsgi_app(registry), log=None)
    server.start()
    environment.events.quit.add_listener(lambda **_: server.stop())  # type: ignore[no-untyped-call]


events.init_command_line_parser.add_listener(add_arguments)  # type: ignore[no-untyped-call]
events.init.add_listener(serve)  # type: ignore[no-untyped-call]
