"""From raw series to snapshots: what each label means, summed per operation."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mario_perf.configuration.service_metrics import SECONDS_PER, Metrics
from mario_perf.errors import AmbiguousNameError, MetricNotFoundError, listed, nearest
from mario_perf.model import Operation, Snapshots
from mario_perf.sources import defects, grammar
from mario_perf.sources.cost_series import cost_counters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

SeriesKey = tuple[str, frozenset[tuple[str, str]]]

FAILURE = "failure"
"""The error type of failures that tell none."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line of an exposition without its value."""

    name: str
    labels: Mapping[str, str]

    @property
    def key(self) -> SeriesKey:
        """What tells it from others, whatever the order of its labels."""
        return self.name, frozenset(self.labels.items())


@dataclass(frozen=True, slots=True)
class Table:
    """``T`` scrapes of ``N`` series."""

    times: Floats  # (T,) unix seconds
    series: tuple[Series, ...]  # N
    values: Floats  # (T, N), NaN where a scrape did not show the series


@dataclass(frozen=True, slots=True)
class _Column:
    """A series' place in the table, and what its labels mean."""

    index: int
    operation: Operation
    bound: float  # as exposed; NaN outside the histogram's buckets
    status: str
    fails: bool
    error_type: str


def of_json(metric: Mapping[str, Any]) -> Series:
    """A series as Prometheus has it in its answers, with ``__name__`` among its labels.

    Raises:
        ValueError: A label or its value is not a text.
        LookupError: It has no name.
    """
    if not all(isinstance(text, str) for pair in metric.items() for text in pair):
        raise ValueError("a label that is not a text")
    return Series(metric["__name__"], metric)


def missing_metric(table: Table, metrics: Metrics) -> str | None:
    """The first metric that must be there and is not, None if all are."""
    names = {series.name for series in table.series}
    needed = (f"{metrics.duration}_bucket", *([metrics.executions] if metrics.executions else []))
    return next((name for name in needed if name not in names), None)


def metric_not_found(metric: str, known: Iterable[str], place: str) -> MetricNotFoundError:
    """The error for a metric that is missing in ``place``, with the nearest names."""
    names = set(known)
    if not names:
        return MetricNotFoundError(
            f"{place}: no metrics at all; check that the service measures its operations, and shows or "
            "pushes its metrics"
        )
    return MetricNotFoundError(
        f"{place}: metric {metric} not found; nearest: {nearest(metric, names)}; name it in perf.toml"
    )


def snapshots(table: Table, metrics: Metrics) -> Snapshots:
    """Sum the series of every operation over the labels that do not matter.

    Raises:
        MetricNotFoundError: The histogram has no bucket ``+Inf``.
        AmbiguousNameError: Two operations have the same name.
        UnreadableExpositionError: A bucket's bound is not a number.
    """
    usable = defects.usable(table.values)
    values = carry_forward(usable)
    columns = _columns(table.series, metrics)
    of = {name: columns[name] for name in metrics.samples}
    operations = tuple(sorted({column.operation for row in of.values() for column in row}))
    _check_names(operations, metrics)
    place = {operation: index for index, operation in enumerate(operations)}
    names = {column.index: column.operation.name for row in of.values() for column in row}
    buckets, sums = of[f"{metrics.duration}_bucket"], of[f"{metrics.duration}_sum"]
    executed = of[metrics.executions] if metrics.executions else _totals(buckets)
    failed = _failed(of, metrics)
    scale = SECONDS_PER[metrics.unit]
    bounds = _shared_bounds(table.series, buckets, metrics)
    error_types = tuple(sorted({column.error_type for column in failed}))
    executions = _to_integers(_sum_columns(values, executed, place))
    return Snapshots(
        times=table.times,
        operations=operations,
        bounds=np.array(bounds[:-1]) * scale,
        buckets=_buckets(values, buckets, place, bounds),
        sums=scale * _sum_columns(values, [c for c in sums if not c.fails], place),
        executions=executions,
        error_types=error_types,
        failures=_failures(values, failed, place, error_types),
        starts=_starts(table, metrics),
        tells_failures=metrics.failures is not None or any(column.status for column in buckets),
        costs=cost_counters(table, metrics, operations, executions),
        one_operation=not metrics.name_label,
        defects=defects.find(table, usable, names, metrics),
    )


def carry_forward(values: Floats) -> Floats:
    """Where a scrape lacks a counter, its last value; 0 before its first. Shape ``(T, N)``."""
    missing = np.isnan(values)
    if not missing.any():
        return values
    rows = np.where(missing, 0, np.arange(len(values))[:, None])
    last = np.take_along_axis(values, np.maximum.accumulate(rows, axis=0), axis=0)
    return np.nan_to_num(last, nan=0.0)


def _totals(buckets: Sequence[_Column]) -> list[_Column]:
    return [column for column in buckets if math.isinf(column.bound)]


def _failed(of: Mapping[str, Sequence[_Column]], metrics: Metrics) -> list[_Column]:
    """What counts failures: a counter of nothing else, or by its status, or the histogram by its own."""
    if metrics.failures:
        failed = [column for column in of[metrics.failures] if column.fails or not column.status]
    else:
        failed = [column for column in _totals(of[f"{metrics.duration}_bucket"]) if column.fails]
    return [column for column in failed if column.error_type not in metrics.ignored_error_types]


def _check_names(operations: Sequence[Operation], metrics: Metrics) -> None:
    """A name has to be enough: by it the client's requests and the policy's thresholds are found."""
    kinds = defaultdict(list)
    for operation in operations:
        kinds[operation.name].append(operation.kind)
    for name, several in kinds.items():
        if len(several) > 1:
            labels = [metrics.kind_label, *metrics.name_label]
            raise AmbiguousNameError(
                f"{name} names several operations ({listed(several)}); "
                f"give name_label = {json.dumps(labels)} in perf.toml [metrics], without kind_label"
            )


def _columns(all_series: Sequence[Series], metrics: Metrics) -> dict[str, list[_Column]]:
    columns: dict[str, list[_Column]] = defaultdict(list)
    for index, series in enumerate(all_series):
        if metrics.is_operation(series.labels):
            columns[series.name].append(_column(index, series.labels, metrics))
    return columns


def _column(index: int, labels: Mapping[str, str], metrics: Metrics) -> _Column:
    kind = labels.get(metrics.kind_label, "") if metrics.kind_label else "operation"
    operation = Operation(kind, metrics.name_of(labels))
    status = labels.get(metrics.status_label, "") if metrics.status_label else ""
    fails = metrics.fails(status)
    type_label = labels.get(metrics.error_type_label) if metrics.error_type_label else None
    error_type = type_label or (status if fails else FAILURE)
    return _Column(index, operation, bound(labels.get("le")), status, fails, error_type)


def bound(written: str | None) -> float:
    """Of a bucket; NaN outside the buckets.

    Raises:
        UnreadableExpositionError: It is not a number.
    """
    if written is None:
        return math.nan
    value = grammar.number(written) if len(written.split()) == 1 else math.nan  # no timestamp stands there
    if not value > -math.inf:
        raise grammar.malformed(f'le="{written}"', "a bucket's bound is a number")
    return value


def _shared_bounds(all_series: Sequence[Series], buckets: Sequence[_Column], metrics: Metrics) -> list[float]:
    """Bounds that every histogram has, as exposed, ending with +Inf. Leaving one out merges two buckets."""
    bounds: dict[tuple[tuple[str, str], ...], set[float]] = defaultdict(set)
    for column in buckets:
        labels = all_series[column.index].labels
        bounds[tuple(sorted(item for item in labels.items() if item[0] != "le"))].add(column.bound)
    shared = set.intersection(*bounds.values()) if bounds else {math.inf}
    if math.inf not in shared:
        raise MetricNotFoundError(
            f'{metrics.duration}_bucket: the histogram lacks its bucket le="+Inf"; name a histogram in '
            "perf.toml [metrics] duration"
        )
    if bounds and len(shared) == 1:
        raise MetricNotFoundError(
            f"{metrics.duration}_bucket: the operations share no bound but +Inf, and without one no duration "
            "is known; give all of them the same bounds"
        )
    return sorted(shared)


def _buckets(
    values: Floats, columns: Sequence[_Column], place: Mapping[Operation, int], bounds: Sequence[float]
) -> Counts:
    position = {bound: index for index, bound in enumerate(bounds)}
    used = [column for column in columns if not column.fails and column.bound in position]
    rows = [place[column.operation] * len(bounds) + position[column.bound] for column in used]
    cumulative = _add_rows(values, used, rows, len(place) * len(bounds))
    by_operation = cumulative.reshape(len(values), len(place), len(bounds))
    return _to_integers(np.diff(by_operation, axis=2, prepend=0.0))


def _failures(
    values: Floats, columns: Sequence[_Column], place: Mapping[Operation, int], error_types: tuple[str, ...]
) -> Counts:
    kinds = len(error_types)
    rows = [place[column.operation] * kinds + error_types.index(column.error_type) for column in columns]
    return _to_integers(
        _add_rows(values, columns, rows, len(place) * kinds).reshape(len(values), len(place), kinds)
    )


def _sum_columns(values: Floats, columns: Sequence[_Column], place: Mapping[Operation, int]) -> Floats:
    return _add_rows(values, columns, [place[column.operation] for column in columns], len(place))


def _add_rows(values: Floats, columns: Sequence[_Column], rows: Sequence[int], size: int) -> Floats:
    """Columns of ``values`` added up into ``size`` rows: shape ``(T, size)``."""
    total = np.zeros((size, len(values)))
    np.add.at(total, np.array(rows, dtype=np.intp), values[:, [column.index for column in columns]].T)
    return np.ascontiguousarray(total.T)


def _to_integers(values: Floats) -> Counts:
    return np.rint(values).astype(np.int64)


def _starts(table: Table, metrics: Metrics) -> Floats:
    index = [index for index, series in enumerate(table.series) if series.name == metrics.start]
    if not index:
        return np.full(len(table.times), np.nan)
    starts: Floats = table.values[:, index].max(axis=1)
    return starts
