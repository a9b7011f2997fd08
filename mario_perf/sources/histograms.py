"""Which histograms there are: on a service's metrics page, or in a Prometheus server."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.configuration.presets import PRESETS, Histogram
from mario_perf.configuration.service_metrics import unit_of
from mario_perf.errors import SourceUnreachableError, UnreadableExpositionError
from mario_perf.sources import document
from mario_perf.sources.instant_query import now
from mario_perf.sources.metrics_page import page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mario_perf.sources.connection import Connection
    from mario_perf.sources.series import Series

_BUCKET, _COUNT = "_bucket", "_count"
_GAUGES = "gaugehistogram"
"""Of what is there now, such as the sizes of queues: no durations."""

_WHERE = "give the URL of the metrics, or of a Prometheus that scrapes them"


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is at a URL, by name; ``bucketless`` are durations that are summed up, and no histograms."""

    histograms: tuple[Histogram, ...]
    bucketless: tuple[str, ...]
    on_page: bool  # the URL is the metrics page itself, and no Prometheus


def look(connection: Connection) -> Seen:
    """At a URL, which is a metrics page or the base of a Prometheus server.

    Raises:
        SourceUnreachableError: It is neither, or does not answer.
    """
    found = page(connection)
    if found.text is None:
        try:
            return of_prometheus(connection)
        except SourceUnreachableError as error:
            raise SourceUnreachableError(f"{connection.url}: {found.said}; {_WHERE} ({error})") from error
    try:
        return of_exposition(found.text)
    except UnreadableExpositionError as error:
        raise UnreadableExpositionError(f"{connection.url}: no metrics page: {error}; {_WHERE}") from error


def of_exposition(text: str) -> Seen:
    """What a text exposition shows. Buckets make a histogram, whether a TYPE line says so or not.

    Raises:
        UnreadableExpositionError: It is none.
    """
    shown = document.parse(text)
    series = [sample.series for sample in shown.samples]
    buckets = ((each.name, each.labels) for each in series if _is_bucket(each))
    found = _grouped(each for each in buckets if shown.types.get(each[0].removesuffix(_BUCKET)) != _GAUGES)
    names = {each.name for each in found}
    summaries = {name for name, kind in shown.types.items() if kind == "summary"}
    bucketless = {each.name.removesuffix(_COUNT) for each in series if each.name.endswith(_COUNT)}
    without = (summaries | (bucketless - shown.types.keys())) - names
    return Seen(found, tuple(sorted(filter(unit_of, without))), on_page=True)


def _is_bucket(series: Series) -> bool:
    return series.name.endswith(_BUCKET) and "le" in series.labels


def of_prometheus(connection: Connection) -> Seen:
    """The durations that a Prometheus server has now, native histograms as well, by one query.

    Raises:
        SourceUnreachableError: It does not answer, or is no Prometheus.
    """
    names = "|".join((".+_(seconds|milliseconds|ms)", *sorted({each.metrics.duration for each in PRESETS})))
    rows = now(connection, f'__name__=~"({names})({_BUCKET}|{_COUNT})?"', r'le=~"|\\+Inf"')
    found = _grouped(
        (row["metric"]["__name__"], row["metric"])
        for row in rows
        if "histogram" in row or "le" in row["metric"]
    )
    counted = {row["metric"]["__name__"] for row in rows if row["metric"]["__name__"].endswith(_COUNT)}
    names_only = {name.removesuffix(_COUNT) for name in counted} - {each.name for each in found}
    return Seen(found, tuple(sorted(names_only)), on_page=False)


def _grouped(rows: Iterable[tuple[str, Mapping[str, str]]]) -> tuple[Histogram, ...]:
    found: dict[str, dict[frozenset[tuple[str, str]], None]] = defaultdict(dict)
    for name, labels in rows:
        own = frozenset((label, value) for label, value in labels.items() if label not in {"le", "__name__"})
        found[name.removesuffix(_BUCKET)][own] = None
    return tuple(Histogram(name, tuple(map(dict, own))) for name, own in sorted(found.items()))
