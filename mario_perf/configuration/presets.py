"""Which histograms of a service tell of its operations: known instrumentations, and guesses for others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mario_perf.configuration.service_metrics import CQRS, Metrics, Unit, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

GUESS = "a guess"
"""The title of what no known instrumentation exposes."""

_ROUTES = ("http_route", "route", "handler", "endpoint", "path", "uri", "url", "http_target", "view")
_NAMES = (
    *("operation", *_ROUTES, "action", "command", "query", "task"),
    *("grpc_method", "rpc_method", "method", "name", "type"),
)
_METHODS = ("http_request_method", "http_method", "method")
_STATUSES = (
    *("http_response_status_code", "http_status_code", "status_code", "status", "code", "grpc_code"),
    *("outcome", "result"),
)
"""Labels that tell operations apart, those that tell HTTP's methods on one route apart, and those that tell
failures apart, by what such labels are usually called; best first."""

_ANY_FAILURE = "(?i)5..|fail.*|.*error|exception"
_GRPC_FAILURES = "Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss"
"""The codes that are the server's fault; the others refuse the client, as HTTP's 4xx do."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """A histogram that was seen: its name without ``_bucket``, and the labels but ``le`` of every series."""

    name: str
    series: tuple[Mapping[str, str], ...]

    @property
    def labels(self) -> frozenset[str]:
        """All that any of its series has."""
        return frozenset(label for each in self.series for label in each)


@dataclass(frozen=True, slots=True)
class Preset:
    """The metrics that one instrumentation exposes; several share a title where its versions differ."""

    title: str
    metrics: Metrics
    hint: str | None = None  # what makes them tell more

    @property
    def needed(self) -> frozenset[str]:
        """The labels by which its histogram is recognised."""
        metrics = self.metrics
        status = None if metrics.failures else metrics.status_label
        named = (*metrics.name_label, metrics.kind_label, status)
        return frozenset(label for label in named if label is not None)


def _metrics(
    duration: str,
    name_label: tuple[str, ...],
    status_label: str | None = None,
    *,
    unit: Unit | None = None,
    failing_status: str = "5..",
    error_type_label: str | None = None,
) -> Metrics:
    """A histogram that stands alone: it counts the executions, and failures by their status."""
    return Metrics(
        duration=duration,
        unit=unit or unit_of(duration) or "seconds",
        name_label=name_label,
        kind_label=None,
        ignored_kinds=(),
        status_label=status_label,
        failing_status=failing_status,
        error_type_label=error_type_label,
        executions=None,
        failures=None,
    )


def _by_method(method: str, route: str) -> tuple[tuple[str, ...], ...]:
    """``GET /orders`` and ``POST /orders`` are two operations, where the method was not left out."""
    return (method, route), (route,)


def _opentelemetry() -> Iterator[Preset]:
    """HTTP servers; the names end with the unit unless the collector was told to leave suffixes out."""
    for name in ("http_server_request_duration_seconds", "http_server_request_duration"):
        for labels in _by_method("http_request_method", "http_route"):
            metrics = _metrics(name, labels, "http_response_status_code", error_type_label="error_type")
            yield Preset("OpenTelemetry HTTP", metrics)
    for name in ("http_server_duration_milliseconds", "http_server_duration_ms", "http_server_duration"):
        for route in ("http_route", "http_target"):
            for labels in _by_method("http_method", route):
                metrics = _metrics(name, labels, "http_status_code", unit="milliseconds")
                yield Preset("OpenTelemetry HTTP, old names", metrics)


def _micrometer() -> Iterator[Preset]:
    for labels in _by_method("method", "uri"):
        metrics = _metrics("http_server_requests_seconds", labels, "status", error_type_label="exception")
        yield Preset("Micrometer", metrics)


def _fastapi() -> Iterator[Preset]:
    coarse = "by default it has three buckets, 0.1, 0.5 and 1 s: instrument(latency_lowr_buckets=...)"
    fine, usual = "http_request_duration_highr_seconds", "http_request_duration_seconds"
    for name, status, hint in (
        (fine, "status", None),
        (usual, "status", coarse),
        (fine, None, None),
        (usual, None, f"{coarse}; metrics.latency() has a status, too"),
    ):
        for labels in _by_method("method", "handler"):
            yield Preset("prometheus-fastapi-instrumentator", _metrics(name, labels, status), hint)


def _promhttp() -> Iterator[Preset]:
    for name in ("http_request_duration_seconds", "request_duration_seconds"):
        for route in ("handler", "route", "path"):
            for labels in _by_method("method", route):
                yield Preset("Go promhttp", _metrics(name, labels, "code"))
        yield Preset("Go promhttp", _metrics(name, ("method",), "code"))


def _grpc() -> Iterator[Preset]:
    """Failures have a code in a counter; in the histogram only where it was asked for."""
    by_code = _metrics(
        "grpc_server_handling_seconds",
        ("grpc_service", "grpc_method"),
        "grpc_code",
        failing_status=_GRPC_FAILURES,
    )
    yield Preset("gRPC", by_code)
    yield Preset("gRPC", replace(by_code, failures="grpc_server_handled_total"))


PRESETS: tuple[Preset, ...] = (
    Preset("Neuroglia CQRS", CQRS),
    *_opentelemetry(),
    *_micrometer(),
    *_fastapi(),
    *_promhttp(),
    *_grpc(),
)
TITLES = tuple(dict.fromkeys(preset.title for preset in PRESETS))

BUCKETS_BY: Mapping[str, str] = {
    "http_server_requests_seconds": (
        "Micrometer: set management.metrics.distribution.percentiles-histogram.http.server.requests=true"
    ),
}
"""What gives buckets to durations that an instrumentation exposes without."""


def recognised(histograms: Sequence[Histogram]) -> tuple[Preset, ...]:
    """What the histograms may be read as, best first: known instrumentations, then guesses.

    Of presets for the same histogram the one that sees most labels comes first.
    """
    labels = {histogram.name: histogram.labels for histogram in histograms}
    known = [preset for preset in PRESETS if preset.needed <= labels.get(preset.metrics.duration, set())]
    taken = {preset.metrics.duration for preset in known}
    guesses = [guess(each) for each in histograms if each.name not in taken]
    best = sorted(known, key=lambda preset: -len(preset.needed))
    return (*best, *(preset for preset in guesses if preset is not None))


def guess(histogram: Histogram, name_label: tuple[str, ...] = ()) -> Preset | None:
    """A histogram of durations of which only the name is known; None where no label can be a name.

    ``name_label`` are those labels, if somebody knows them.
    """
    unit = unit_of(histogram.name)
    names = name_label or _likely_names(histogram.labels)
    if unit is None or not names:
        return None
    status = _first([label for label in _STATUSES if label not in names], histogram.labels)
    return Preset(GUESS, _metrics(histogram.name, names, status, failing_status=_ANY_FAILURE))


def _likely_names(labels: frozenset[str]) -> tuple[str, ...]:
    name = _first(_NAMES, labels)
    method = _first(_METHODS, labels) if name in _ROUTES else None
    return tuple(label for label in (method, name) if label is not None)


def _first(wanted: Iterable[str], labels: frozenset[str]) -> str | None:
    return next((label for label in wanted if label in labels), None)
