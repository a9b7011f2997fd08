"""A receiver of OTLP over HTTP on loopback. What was pushed to it, it shows as metrics pages.

Bodies are protobuf or JSON.

A page waits for counts that are as new as its request. So a scrape at a moment without load has exactly what
the service did until then, as a scrape of the service itself would.
"""

from __future__ import annotations

import re
import socket
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Condition, Thread
from typing import TYPE_CHECKING, Any, Final

from mario_perf.errors import UserError
from mario_perf.otlp import text_page
from mario_perf.otlp.metric_points import decode
from mario_perf.otlp.request_body import JSON, UnsupportedBodyError, content_type, read_body
from mario_perf.otlp.running_totals import RunningTotals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.otlp.metric_points import Point

DEFAULT_PORT: Final = 4318
"""Where exporters push to by default."""

INTERVAL: Final = 0.25
"""Seconds between two pushes of a service that a gate starts."""

_PATIENCE: Final = 2.0
_SHORT_PATIENCE: Final = 0.6
"""Seconds that a page waits for a push: for one that must come, and for one that comes if there is news."""

_MOST_CONNECTIONS: Final = 64
_MOST_SERVICES: Final = 16
_IDLE: Final = 30.0  # seconds without a request, after which a connection is closed
_EXCHANGE: Final = 60.0  # seconds from the end of one exchange to the end of the next
_PUSH: Final = re.compile(r"(?:/([A-Za-z0-9_-]{1,40}))?/v1/(metrics|traces|logs)/?")
_PAGE: Final = re.compile(r"(?:/([A-Za-z0-9_-]{1,40}))?/metrics/?")


_HTTP2: Final = b"PRI * HTTP/2"
_GRPC: Final = (
    "a service pushes by gRPC, which is not read here; start it with "
    "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf, and with the exporter for HTTP"
)


class StaleCountsError(Exception):
    """A service pushes too rarely to be scraped; the message says what to do."""


@dataclass(slots=True)
class _Service:
    """What one service pushed."""

    totals: RunningTotals = field(default_factory=RunningTotals)
    changed: Condition = field(default_factory=Condition)
    last_push: float = 0.0

    def add(self, points: list[Point]) -> None:
        with self.changed:
            self.totals.add(points)
            self.last_push = time.monotonic()
            self.changed.notify_all()

    def page(self) -> str:
        """With counts as new as this call, as far as the service pushes.

        Raises:
            StaleCountsError: It pushes all its counts, and none came in time.
        """
        moment, deadline = time.time_ns(), time.monotonic() + _PATIENCE
        with self.changed:
            while (patience := self._patience(moment)) and time.monotonic() < deadline - _PATIENCE + patience:
                self.changed.wait(0.1)
            self._settle(moment)
            return text_page.render(self.totals.series(), self.totals.start)

    def _patience(self, moment: int) -> float:
        """Seconds to wait from the request on; 0 where all counts are new."""
        stale = self.totals.stale(moment)
        if any(start for _, start in stale):
            return _PATIENCE
        return _SHORT_PATIENCE if stale or not self.totals.heard else 0.0

    def _settle(self, moment: int) -> None:
        """Forget processes that are gone. Where the only ones are late, their counts are too old."""
        stale = [process for process in self.totals.stale(moment) if process[1]]
        if stale and len(stale) == self.totals.processes:
            raise StaleCountsError(
                f"no metrics were pushed for {time.monotonic() - self.last_push:.0f} s; start the service "
                f"with OTEL_METRIC_EXPORT_INTERVAL={INTERVAL * 1000:.0f}"
            )
        self.totals.forget(stale)


class OtlpReceiver:
    """Services by name; the one without a name pushes to the root."""

    def __init__(self, port: int) -> None:
        """Listen; at any free port for 0.

        Raises:
            UserError: The port is taken.
        """
        self._services: dict[str, _Service] = {}
        self.grpc = False
        """Whether an exporter came that speaks gRPC."""
        try:
            self._server = _Server(self, port)
        except OSError as error:
            raise UserError(
                f"port {port} cannot be used for OTLP ({error.strerror}); stop what listens there, such as a "
                "collector, or give another port"
            ) from error

    def serve(self) -> None:
        """Answer until :meth:`stop`, or an interrupt."""
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """End :meth:`serve`, which runs in another thread."""
        self._server.shutdown()

    def close(self) -> None:
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def push_url(self, name: str) -> str:
        """What a service of this name takes as OTEL_EXPORTER_OTLP_ENDPOINT."""
        return f"{self.url}/{name}" if name else self.url

    def page_url(self, name: str) -> str:
        return f"{self.push_url(name)}/metrics"

    def service(self, name: str) -> _Service | None:
        """None where there are too many."""
        if name not in self._services and len(self._services) >= _MOST_SERVICES:
            return None
        return self._services.setdefault(name, _Service())


@contextmanager
def receive(port: int = 0) -> Iterator[OtlpReceiver]:
    """A receiver beside this thread; any free port for 0.

    Raises:
        UserError: The port is taken.
    """
    receiver = OtlpReceiver(port)
    thread = Thread(target=receiver.serve, name="OTLP receiver", daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.stop()
        receiver.close()
        thread.join(_PATIENCE)


def environment(endpoint: str) -> dict[str, str]:
    """Variables by which OpenTelemetry's SDKs push to an endpoint, often, and with the best buckets.

    Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter.
    """
    return {
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": f"{endpoint}/v1/metrics",
        "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "cumulative",
        "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": "base2_exponential_bucket_histogram",
        "OTEL_METRIC_EXPORT_INTERVAL": f"{INTERVAL * 1000:.0f}",
    }


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = _IDLE
    raw_requestline: bytes
    disable_nagle_algorithm = True

    def handle_one_request(self) -> None:
        """However slowly a client sends its head or takes its answer, its connection becomes free."""
        self.server.deadlines[self.connection] = time.monotonic() + _EXCHANGE
        try:
            super().handle_one_request()
        finally:
            self.server.deadlines.pop(self.connection, None)

    def parse_request(self) -> bool:
        """See ``BaseHTTPRequestHandler``. The first line of HTTP/2 is that of an exporter by gRPC."""
        if self.raw_requestline.startswith(_HTTP2):
            self.server.receiver.grpc = True
            self.requestline, self.request_version = "PRI * HTTP/2.0", self.protocol_version
            self.command = "PRI"
            self._refuse(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, _GRPC)
            return False
        return super().parse_request()

    def do_POST(self) -> None:
        """A push. Traces and logs are taken and dropped: an exporter that is refused tries again."""
        found = _PUSH.fullmatch(self.path)
        service = self.server.receiver.service(found[1] or "") if found else None
        if found is None or service is None:
            self._refuse(HTTPStatus.NOT_FOUND, "push to /v1/metrics")
            return
        try:
            kind, body = content_type(self), read_body(self)
            if found[2] == "metrics":
                service.add(decode(body, json=kind == JSON))
        except UnsupportedBodyError as error:
            self._refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(error))
        except (ValueError, OSError) as error:
            self._refuse(HTTPStatus.BAD_REQUEST, f"unreadable metrics: {error}")
        else:
            self._answer(HTTPStatus.OK, kind, b"{}" if kind == JSON else b"")  # no message: all was taken

    def do_GET(self) -> None:
        found = _PAGE.fullmatch(self.path)
        service = self.server.receiver.service(found[1] or "") if found else None
        if service is None:
            self._refuse(HTTPStatus.NOT_FOUND, "the metrics are at /metrics")
            return
        try:
            page = service.page()
        except StaleCountsError as error:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
            return
        if self.server.receiver.grpc and not service.totals.heard:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, _GRPC)
        else:
            self._answer(HTTPStatus.OK, "text/plain; version=0.0.4; charset=utf-8", page.encode())

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        self.close_connection = True  # what is left of the request is not read
        self._answer(status, "text/plain; charset=utf-8", f"{reason}\n".encode())

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: a push four times a second would fill a terminal."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, receiver: OtlpReceiver, port: int) -> None:
        self.receiver = receiver
        self.deadlines: dict[socket.socket, float] = {}
        self._free = BoundedSemaphore(_MOST_CONNECTIONS)
        super().__init__(("127.0.0.1", port), _Handler)

    def service_actions(self) -> None:
        """Between two looks for connections: end those that are late."""
        now = time.monotonic()
        for connection in [each for each, deadline in self.deadlines.copy().items() if deadline < now]:
            with suppress(OSError):  # it is closed already
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as in the base
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        try:
            with suppress(OSError):  # a client that went away
                self.finish_request(request, client_address)
            self.shutdown_request(request)
        finally:
            self._free.release()
