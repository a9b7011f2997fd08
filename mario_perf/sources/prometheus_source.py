"""Counters from a Prometheus server that scrapes the service: raw samples, two queries a run.

Raw samples of an instant query with a range selector, instead of ``increase()``: that extrapolates, and it
loses what a series counted before its second scrape.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mario_perf.errors import TargetNotScrapedError, nearest
from mario_perf.sources import cost_series, native_histograms, replicas, series
from mario_perf.sources.connection import client, send_query
from mario_perf.sources.instant_query import now, selector
from mario_perf.sources.native_histograms import Samples
from mario_perf.sources.series import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from mario_perf.configuration.service_metrics import Metrics
    from mario_perf.model import Snapshots
    from mario_perf.run_record import Span, TargetRecord
    from mario_perf.sources.connection import Connection

    Floats = NDArray[np.float64]

    _Limits = list[tuple[Mapping[str, str], Floats]]
    """By labels of a target, those with more labels first: until when its samples belong to each time."""

_LOOKBACK = 120.0
"""Seconds before a run in which its first scrape is looked for: scrapes are rarely over a minute apart."""

_UP, _DURATION = "up", "scrape_duration_seconds"
"""What Prometheus adds to each scrape, at the time at which the scrape began."""

_POLL = 0.5
_WITHIN = 0.4
"""Share of a scrape interval by which a line's own timestamp may lie after its scrape."""


@dataclass(frozen=True, slots=True)
class _Scrapes:
    """Labels of each target; when each of its successful scrapes began and ended, unix seconds."""

    labels: Mapping[str, Mapping[str, str]]
    begins: Mapping[str, Floats]
    ends: Mapping[str, Floats]

    @property
    def slack(self) -> float:
        """Seconds by which a line's own timestamp may lie after its scrape."""
        return _WITHIN * min(
            float(np.diff(each).min()) if len(each) > 1 else 0.0 for each in self.begins.values()
        )

    def limits(self, times: Floats) -> _Limits:
        """The last scrape of each target by each of these times, and the slack; -inf before its first."""
        found: _Limits = []
        for name in sorted(self.begins, key=lambda name: -len(self.labels[name])):
            begins = np.concatenate([[-np.inf], self.begins[name]])
            last = begins[np.searchsorted(begins, times, side="right") - 1]
            found.append((self.labels[name], last + self.slack))
        return [*found, ({}, times + self.slack)]


class PrometheusSource:
    """Reads what a Prometheus server (2 or 3) scraped from the service."""

    def __init__(self, connection: Connection, metrics: Metrics) -> None:
        self._connection = connection
        self._metrics = metrics
        self._client = client(connection)

    def snapshots(self, target: TargetRecord, span: Span) -> Snapshots:
        """The scrapes of ``target`` from the last one before ``span`` to the first one after it.

        Waits for the scrape after a run that has just ended, at most ``settle`` seconds after its end and
        from now: a record may say that a run ends next year.

        Raises:
            SourceUnreachableError: The server does not answer, or refuses.
            TargetNotScrapedError: It does not scrape the service, or scrapes it twice.
            InvalidRunError: A replica came or went.
            MetricNotFoundError: It lacks a metric of the service.
        """
        matchers, several = self.matchers(target), target.side in self._connection.replicas
        scrapes = self._scrapes(matchers, span, several=several)
        if several:
            replicas.check_constant(scrapes.begins, span, self._connection.url)
        idle = replicas.idle_moment(scrapes.begins, scrapes.ends, span.start)
        times = _covering(replicas.moments(scrapes.begins, span), span, idle)
        named = selector(matchers, f'__name__=~"{_names(self._metrics)}"')
        since = replicas.latest_start(scrapes.begins, float(times[0]))
        rows = self._samples(named, since - 1.0, times[-1] + scrapes.slack)
        table: Table = send_query(self._connection.url, lambda: _table(rows, times, scrapes.limits(times)))
        if missing := series.missing_metric(table, self._metrics):
            raise series.metric_not_found(missing, self._names(matchers), self._connection.url)
        return cost_series.with_nearest(
            series.snapshots(table, self._metrics), self._metrics, lambda: self._names(matchers)
        )

    def matchers(self, target: TargetRecord) -> Mapping[str, str]:
        """The target's labels: as they were given, else the host and port of its URL."""
        return self._connection.labels_of(target.side, target.metrics_url or target.url)

    def _scrapes(self, matchers: Mapping[str, str], span: Span, *, several: bool) -> _Scrapes:
        """The successful scrapes of each target, up to the one after the span."""
        told = selector(matchers, f'__name__=~"{_UP}|{_DURATION}"')
        latest = span.end + self._connection.settle
        deadline = time.monotonic() + min(latest - time.time(), self._connection.settle)
        while True:
            until = max(span.start, min(time.time(), latest))
            rows = self._samples(told, span.start - _LOOKBACK, until)
            scrapes: _Scrapes = send_query(self._connection.url, partial(_successful, rows))
            if len(scrapes.labels) > 1 and not several:
                raise self._ambiguous(scrapes.labels, matchers)
            known = scrapes.begins
            if known and (replicas.is_over(known, span) or time.monotonic() >= deadline):
                return scrapes
            if not known:
                raise self._not_scraped(matchers, span)
            time.sleep(_POLL)

    def _ambiguous(self, targets: Iterable[str], matchers: Mapping[str, str]) -> TargetNotScrapedError:
        return TargetNotScrapedError(
            f"{self._connection.url}: several targets match {_labels(matchers)}: {'; '.join(targets)}; "
            "add a matcher, or name all replicas of a side by --prometheus-match candidate:LABEL=VALUE"
        )

    def _not_scraped(self, matchers: Mapping[str, str], span: Span) -> TargetNotScrapedError:
        known = send_query(
            self._connection.url, lambda: [str(each) for each in self._client.get_label_values("instance")]
        )
        wanted = matchers.get("instance", "")
        return TargetNotScrapedError(
            f"{self._connection.url}: no scrape of {_labels(matchers)} from {span.start:.0f} to "
            f"{span.end:.0f}; instances it knows: {nearest(wanted, known)}; set the matcher instance"
        )

    def _names(self, matchers: Mapping[str, str]) -> Iterable[str]:
        params = {"match[]": selector(matchers)}
        return [
            str(name)
            for name in send_query(
                self._connection.url, lambda: self._client.get_label_values("__name__", params)
            )
        ]

    def _samples(self, names: str, start: float, end: float) -> list[Any]:
        query = f"{names}[{math.ceil((end - start) * 1000)}ms]"
        rows: list[Any] = send_query(
            self._connection.url, lambda: self._client.custom_query(query, params={"time": f"{end:.3f}"})
        )
        return rows


def latest(connection: Connection, metrics: Metrics) -> Table:
    """The last value of every series that is read, of all targets that the connection's matchers fit.

    Raises:
        SourceUnreachableError: The server does not answer, or is not a Prometheus.
    """
    rows = now(connection, f'__name__=~"{_names(metrics)}"')
    times = np.array([math.inf])
    table: Table = send_query(connection.url, lambda: _table(_as_range(rows), times, [({}, times)]))
    return table


def targets(connection: Connection, labels: Mapping[str, str]) -> list[str]:
    """The targets with these labels that are up now.

    Raises:
        SourceUnreachableError: The server does not answer, or is not a Prometheus.
    """
    rows = now(replace(connection, matchers=labels), '__name__="up"')
    return sorted(_labels(row["metric"]) for row in rows if float(row["value"][1]) == 1.0)


def _successful(rows: Sequence[Any]) -> _Scrapes:
    """The scrapes that succeeded; one without a duration ended as it began."""
    lasted = {
        (_labels(row["metric"]), at): float(seconds)
        for row in rows
        if row["metric"]["__name__"] == _DURATION
        for at, seconds in row["values"]
    }
    labels, begins, ends = {}, {}, {}
    for row in (row for row in rows if row["metric"]["__name__"] == _UP):
        own = series.of_json(row["metric"]).labels
        name = _labels(own)
        labels[name] = {label: value for label, value in own.items() if label != "__name__"}
        if times := [at for at, up in row["values"] if float(up) == 1.0]:
            begins[name] = np.array(times, dtype=np.float64)
            ends[name] = begins[name] + np.array([lasted.get((name, at), 0.0) for at in times])
    if not all(np.isfinite(times).all() and (np.diff(times) >= 0).all() for times in begins.values()):
        raise ValueError("scrapes at no time, or not in their order")
    return _Scrapes(labels, begins, ends)


def _as_range(rows: Sequence[Any]) -> list[Any]:
    return [
        {"metric": row["metric"], f"{kind}s": [row[kind]]}
        for row in rows
        for kind in ("value", "histogram")
        if kind in row
    ]


def _names(metrics: Metrics) -> str:
    """A native histogram goes by the name that the classic one has in front of _bucket."""
    return "|".join((metrics.duration, *metrics.every_sample))


def _labels(labels: Mapping[str, str]) -> str:
    return ",".join(f"{name}={value}" for name, value in sorted(labels.items()) if name != "__name__")


def _covering(times: Floats, span: Span, idle: float) -> Floats:
    """From the last scrape by ``idle`` to the first at or after the span, as far as there are any.

    What began between ``idle`` and the span's start is left out: the run would be taken to begin there.
    """
    first = int(np.searchsorted(times, idle, side="right")) - 1
    begin = int(np.searchsorted(times, span.start, side="right"))
    last = min(int(np.searchsorted(times, span.end, side="left")), len(times) - 1)
    if first < 0:
        return times[max(begin - 1, 0) : max(last, 0) + 1]
    return np.concatenate([times[first : first + 1], times[begin : last + 1]])


def _table(rows: Sequence[Any], times: Floats, limits: _Limits) -> Table:
    """Every series at these times: its last sample up to the limits of its target.

    Each target is scraped at times of its own: what one shows later is not taken for another's moment.
    """
    columns = [
        *(_samples(row) for row in rows if "values" in row),
        *native_histograms.to_classic(native_histograms.of_matrix(rows)),
    ]
    values = np.full((len(times), len(columns)), np.nan)
    for index, column in enumerate(columns):
        labels = column.series.labels
        until = next(limit for target, limit in limits if target.items() <= labels.items())
        last = np.searchsorted(column.times, until, side="right") - 1
        values[:, index] = np.where(last >= 0, column.values[last], np.nan)
    return Table(times, tuple(column.series for column in columns), values)


def _samples(row: Mapping[str, Any]) -> Samples:
    times, counts = zip(*row["values"], strict=True)
    return Samples(
        series.of_json(row["metric"]), np.array(times, dtype=np.float64), np.array(counts, dtype=np.float64)
    )
