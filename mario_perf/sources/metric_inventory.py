"""Which metrics there are: on a service's metrics page, or in a Prometheus server."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from mario_perf.configuration.discovery.duration_units import is_duration
from mario_perf.configuration.discovery.evidence import Family, Histogram, MetricInventory
from mario_perf.errors import NoMetricsError, SourceUnreachableError, UnreadableExpositionError
from mario_perf.otlp import text_page
from mario_perf.sources import document, series
from mario_perf.sources.connection import send_query
from mario_perf.sources.instant_query import now
from mario_perf.sources.metrics_page import page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mario_perf.sources.connection import Connection
    from mario_perf.sources.document import ExpositionDocument, Sample

    Labels = frozenset[tuple[str, str]]

_BUCKET, _COUNT, _TOTAL = "_bucket", "_count", "_total"
_GAUGES = "gaugehistogram"
"""Of what is there now, such as the sizes of queues: no durations."""

_TARGET = {"__name__", "instance", "job"}
"""Labels that Prometheus gives to every series of a target."""

_TIMES = ".+(seconds|_ms|_us|_ns|duration|latency|time|millis|micros|nanos|_s|_sec).*"
_WHERE = (
    "give the URL of the metrics, or of the Prometheus that scrapes them, or --client for a service without "
    "metrics"
)


def list_histograms(connection: Connection) -> MetricInventory:
    """At a URL, which is a metrics page or the base of a Prometheus server.

    Raises:
        NoMetricsError: It is neither.
        SourceUnreachableError: It does not answer.
    """
    inventory = page(connection)
    if inventory.text is None:
        try:
            return from_prometheus(connection)
        except SourceUnreachableError as error:
            raise NoMetricsError(f"{connection.url}: {inventory.description}; {_WHERE} ({error})") from error
    try:
        return from_exposition(inventory.text)
    except UnreadableExpositionError as error:
        raise UnreadableExpositionError(f"{connection.url}: not a metrics page: {error}; {_WHERE}") from error


def from_exposition(text: str) -> MetricInventory:
    """What a text exposition shows. Buckets make a histogram, whether a TYPE line says so or not.

    Raises:
        UnreadableExpositionError: It is none.
    """
    exposition = document.parse(text)
    names = _with_buckets(exposition)
    histograms = tuple(_histogram(name, exposition) for name in sorted(names))
    others = [each for each in exposition.samples if not _is_part(each, names)]
    counters = [each for each in exposition.samples if _is_counter(each, exposition)]
    return MetricInventory(
        histograms,
        _families(counters),
        tuple(sorted(_bucketless(exposition, others))),
        on_page=True,
        pushed=text.startswith(text_page.HEAD),
    )


def _with_buckets(exposition: ExpositionDocument) -> set[str]:
    series = (each.series for each in exposition.samples)
    named = {
        each.name.removesuffix(_BUCKET)
        for each in series
        if each.name.endswith(_BUCKET) and "le" in each.labels
    }
    return {name for name in named if exposition.types.get(name) != _GAUGES}


def _is_counter(sample: Sample, exposition: ExpositionDocument) -> bool:
    name = sample.series.name
    return name.endswith((_TOTAL, _COUNT)) or exposition.types.get(name) == "counter"


def _is_part(sample: Sample, names: set[str]) -> bool:
    return any(
        sample.series.name.removesuffix(part) in names for part in (_BUCKET, _COUNT, "_sum", "_created")
    )


def _histogram(name: str, exposition: ExpositionDocument) -> Histogram:
    buckets = [each for each in exposition.samples if each.series.name == f"{name}{_BUCKET}"]
    counted: dict[Labels, float] = {}
    bounds = set()
    for each in buckets:
        labels = each.series.labels
        bounds.add(series.bound(labels.get("le")))
        own = frozenset(item for item in labels.items() if item[0] != "le")
        counted[own] = max(each.value, counted.get(own, 0.0))
    return Histogram(
        name,
        tuple(map(dict, counted)),
        tuple(counted.values()),
        tuple(sorted(filter(math.isfinite, bounds))),
        exposition.helps.get(name, ""),
        exposition.units.get(name, ""),
    )


def _families(samples: Iterable[Sample]) -> tuple[Family, ...]:
    by_name: dict[str, list[Sample]] = defaultdict(list)
    for each in samples:
        by_name[each.series.name].append(each)
    return tuple(
        Family(name, tuple(each.series.labels for each in own), tuple(each.value for each in own))
        for name, own in sorted(by_name.items())
    )


def _bucketless(exposition: ExpositionDocument, others: Iterable[Sample]) -> set[str]:
    """Durations that are summed up only: summaries, and where no TYPE says so, what has a count."""
    summaries = {name for name, kind in exposition.types.items() if kind == "summary"}
    counted = {each.series.name.removesuffix(_COUNT) for each in others if each.series.name.endswith(_COUNT)}
    shown_as_histograms = {name for name, kind in exposition.types.items() if kind == "histogram"}
    names = (summaries | (counted - exposition.types.keys()) | shown_as_histograms) - _with_buckets(
        exposition
    )
    return {name for name in names if is_duration(Histogram(name, (), help=exposition.helps.get(name, "")))}


def from_prometheus(connection: Connection) -> MetricInventory:
    """The durations that a Prometheus server has now, native histograms as well, by one query.

    Raises:
        SourceUnreachableError: It does not answer, or is not a Prometheus.
    """
    rows = now(connection, f'__name__=~"{_TIMES}|.+({_TOTAL}|{_COUNT})"', r'le=~"|\\+Inf"')
    inventory: MetricInventory = send_query(connection.url, lambda: _inventory(rows))
    return inventory


def _inventory(rows: Sequence[Any]) -> MetricInventory:
    histograms: dict[str, list[tuple[dict[str, str], float]]] = defaultdict(list)
    others: dict[str, list[tuple[dict[str, str], float]]] = defaultdict(list)
    for row in rows:
        named = series.of_json(row["metric"])
        name, labels = named.name, _own(named.labels)
        if "histogram" in row:
            histograms[name].append((labels, float(row["histogram"][1]["count"])))
        elif "le" in row["metric"]:
            histograms[name.removesuffix(_BUCKET)].append((labels, float(row["value"][1])))
        elif name.endswith((_TOTAL, _COUNT)):
            others[name].append((labels, float(row["value"][1])))
    inventory = tuple(Histogram(name, *_columns(own)) for name, own in sorted(histograms.items()))
    counted = {name.removesuffix(_COUNT) for name in others if name.endswith(_COUNT)} - histograms.keys()
    bucketless = tuple(sorted(name for name in counted if is_duration(Histogram(name, ()))))
    counters = tuple(Family(name, *_columns(own)) for name, own in sorted(others.items()))
    return MetricInventory(inventory, counters, bucketless, on_page=False)


def _own(metric: Mapping[str, str]) -> dict[str, str]:
    return {label: value for label, value in metric.items() if label not in _TARGET and label != "le"}


def _columns(own: list[tuple[dict[str, str], float]]) -> tuple[tuple[dict[str, str], ...], tuple[float, ...]]:
    return tuple(labels for labels, _ in own), tuple(count for _, count in own)
