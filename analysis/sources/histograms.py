"""Which histograms there are: on a service's metrics page, or in a Prometheus server."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from analysis.errors import SourceUnreachableError
from analysis.metrics import unit_of
from analysis.presets import PRESETS, Histogram
from analysis.sources.instant import now
from analysis.sources.page import page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.sources.connection import Connection

_BUCKET, _COUNT = "_bucket", "_count"


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
    text = page(connection)
    if text is None:
        return of_prometheus(connection)
    try:
        return of_exposition(text)
    except ValueError as error:
        raise SourceUnreachableError(
            f"{connection.url}: this is no text exposition ({error}); give the URL of the metrics"
        ) from error


def of_exposition(text: str) -> Seen:
    """What a text exposition shows.

    Raises:
        ValueError: It is none.
    """
    families = list(text_string_to_metric_families(text))
    summaries = (family.name for family in families if family.type == "summary")
    samples = (sample for family in families if family.type == "histogram" for sample in family.samples)
    buckets = ((sample.name, sample.labels) for sample in samples if sample.name.endswith(_BUCKET))
    return Seen(_grouped(buckets), tuple(sorted(filter(unit_of, summaries))), on_page=True)


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
