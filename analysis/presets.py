"""Which histograms of a service tell of its operations: known instrumentations, and guesses for others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.metrics import CQRS, Metrics, Unit, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

GUESS = "a guess"
"""The title of what no known instrumentation exposes."""

_NAMES = (
    *("operation", "http_route", "route", "handler", "endpoint", "path", "uri", "url", "http_target", "view"),
    *("action", "command", "query", "task", "grpc_method", "rpc_method", "method", "name", "type"),
)
_STATUSES = (
    *("http_response_status_code", "http_status_code", "status_code", "status", "code", "grpc_code"),
    *("outcome", "result"),
)
"""Labels that tell operations apart, and failures, by what such labels are usually called; best first."""

_ANY_FAILURE = "(?i)5..|fail.*|.*error|exception"
_GRPC_FAILURES = "Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss"
"""The codes that are the server's fault; the others refuse the client, as HTTP's 4xx do."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """A histogram that was seen: its name without ``_bucket``, and the values of its labels but ``le``."""

    name: str
    labels: Mapping[str, frozenset[str]]


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
        named = (metrics.name_label, metrics.kind_label, metrics.status_label)
        return frozenset(label for label in named if label is not None)


def _metrics(
    duration: str,
    name_label: str,
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


def _opentelemetry() -> Iterator[Preset]:
    """HTTP servers; the names end with the unit unless the collector was told to leave suffixes out."""
    for name in ("http_server_request_duration_seconds", "http_server_request_duration"):
        metrics = _metrics(name, "http_route", "http_response_status_code", error_type_label="error_type")
        yield Preset("OpenTelemetry HTTP", metrics)
    for name in ("http_server_duration_milliseconds", "http_server_duration_ms", "http_server_duration"):
        for label in ("http_route", "http_target"):
            metrics = _metrics(name, label, "http_status_code", unit="milliseconds")
            yield Preset("OpenTelemetry HTTP, old names", metrics)


def _fastapi() -> Iterator[Preset]:
    coarse = "by default it has three buckets, 0.1, 0.5 and 1 s: instrument(latency_lowr_buckets=...)"
    fine, usual = "http_request_duration_highr_seconds", "http_request_duration_seconds"
    title = "prometheus-fastapi-instrumentator"
    for name, status, hint in (
        (fine, "status", None),
        (usual, "status", coarse),
        (fine, None, None),
        (usual, None, f"{coarse}; metrics.latency() has a status, too"),
    ):
        yield Preset(title, _metrics(name, "handler", status), hint)


def _promhttp() -> Iterator[Preset]:
    for name in ("http_request_duration_seconds", "request_duration_seconds"):
        for label in ("handler", "route", "path", "method"):
            yield Preset("Go promhttp", _metrics(name, label, "code"))


def _grpc() -> Iterator[Preset]:
    name = "grpc_server_handling_seconds"
    yield Preset("gRPC", _metrics(name, "grpc_method", "grpc_code", failing_status=_GRPC_FAILURES))
    yield Preset("gRPC", _metrics(name, "grpc_method"))


PRESETS: tuple[Preset, ...] = (
    Preset("Neuroglia CQRS", CQRS),
    *_opentelemetry(),
    Preset(
        "Micrometer", _metrics("http_server_requests_seconds", "uri", "status", error_type_label="exception")
    ),
    *_fastapi(),
    *_promhttp(),
    *_grpc(),
)
TITLES = tuple(dict.fromkeys(preset.title for preset in PRESETS))


def recognised(histograms: Sequence[Histogram]) -> tuple[Preset, ...]:
    """What the histograms may be read as, best first: known instrumentations, then guesses.

    Of presets for the same histogram the one that sees most labels comes first.
    """
    labels = {histogram.name: histogram.labels.keys() for histogram in histograms}
    known = [preset for preset in PRESETS if preset.needed <= labels.get(preset.metrics.duration, set())]
    taken = {preset.metrics.duration for preset in known}
    guesses = [guess(each) for each in histograms if each.name not in taken]
    best = sorted(known, key=lambda preset: -len(preset.needed))
    return (*best, *(preset for preset in guesses if preset is not None))


def guess(histogram: Histogram, name_label: str | None = None) -> Preset | None:
    """A histogram of durations of which only the name is known; None where no label can be a name.

    ``name_label`` is that label, if somebody knows it.
    """
    unit = unit_of(histogram.name)
    name = name_label or _first(_NAMES, histogram.labels)
    if unit is None or name is None:
        return None
    others = [label for label in _STATUSES if label != name]
    status = _first(others, histogram.labels)
    return Preset(GUESS, _metrics(histogram.name, name, status, failing_status=_ANY_FAILURE))


def _first(wanted: Iterable[str], labels: Mapping[str, frozenset[str]]) -> str | None:
    return next((label for label in wanted if label in labels), None)
