"""Which histograms there are: on a service's metrics page, or in a Prometheus server."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import requests
from prometheus_client.parser import text_string_to_metric_families

from analysis.errors import SourceUnreachableError
from analysis.presets import PRESETS, Histogram
from analysis.sources.connection import asked, session

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.sources.connection import Connection

ANSWERING = 10.0
"""Seconds that a service has to show its metrics."""

_TEXTS = ("text/plain", "application/openmetrics-text")
_BUCKET = "_bucket"


def histograms(connection: Connection) -> tuple[Histogram, ...]:
    """The histograms at a URL, which is a metrics page or the base of a Prometheus server, by name.

    Raises:
        SourceUnreachableError: It is neither, or does not answer.
    """
    page = _page(connection)
    if page is None:
        return _of_server(connection)
    try:
        return of_exposition(page)
    except ValueError as error:
        raise SourceUnreachableError(
            f"{connection.url}: this is no text exposition ({error}); give the URL of the metrics"
        ) from error


def _of_server(connection: Connection) -> tuple[Histogram, ...]:
    try:
        return of_prometheus(connection)
    except SourceUnreachableError as error:
        raise SourceUnreachableError(f"no metrics page there, and no Prometheus: {error}") from error


def of_exposition(text: str) -> tuple[Histogram, ...]:
    """The histograms in a text exposition.

    Raises:
        ValueError: It is none.
    """
    return _grouped(
        (family.name, sample.labels)
        for family in text_string_to_metric_families(text)
        if family.type == "histogram"
        for sample in family.samples
        if sample.name.endswith(_BUCKET)
    )


def of_prometheus(connection: Connection) -> tuple[Histogram, ...]:
    """The histograms of durations that a Prometheus server has now, native ones as well, by one query.

    Raises:
        SourceUnreachableError: It does not answer, or is no Prometheus.
    """
    names = "|".join((".+_(seconds|milliseconds|ms)", *sorted({each.metrics.duration for each in PRESETS})))
    equal = [f"{label}={json.dumps(value)}" for label, value in connection.matchers.items()]
    selector = ",".join([f'__name__=~"({names})({_BUCKET})?"', r'le=~"|\\+Inf"', *equal])
    opened = session(connection)
    url = f"{connection.url.rstrip('/')}/api/v1/query"

    def question() -> list[Any]:
        answer = opened.get(url, params={"query": f"{{{selector}}}"}, timeout=connection.timeout)
        rows: list[Any] = answer.json()["data"]["result"]
        return rows

    rows = asked(connection.url, question)
    return _grouped(
        (row["metric"]["__name__"].removesuffix(_BUCKET), row["metric"])
        for row in rows
        if "histogram" in row or "le" in row["metric"]
    )


def _page(connection: Connection) -> str | None:
    """The text exposition at the URL; None where something else answers."""
    try:
        answer = session(connection).get(connection.url, timeout=ANSWERING, allow_redirects=False)
    except requests.HTTPError:
        return None
    except requests.RequestException as error:
        raise SourceUnreachableError(
            f"{connection.url}: no answer ({type(error).__name__}); start the service, or correct the URL"
        ) from error
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    return answer.text if kind in _TEXTS else None


def _grouped(rows: Iterable[tuple[str, Mapping[str, str]]]) -> tuple[Histogram, ...]:
    values: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name, labels in rows:
        own = values[name]
        for label, value in labels.items():
            if label not in {"le", "__name__"}:
                own[label].add(value)
    return tuple(
        Histogram(name, {label: frozenset(each) for label, each in sorted(own.items())})
        for name, own in sorted(values.items())
    )
