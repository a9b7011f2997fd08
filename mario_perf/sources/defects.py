"""What a service says of itself that cannot be: counters that contradict arithmetic, or each other.

All is found in raw series, before they are summed up. Counts of executions and sums of durations only grow;
buckets are cumulative; a sum lies between what its buckets allow, ``sum(n * low) <= sum <= sum(n * high)``.
Values that are no figure are taken out, for a run with a defect is never judged.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.configuration.service_metrics import SECONDS_PER
from mario_perf.model import Defect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from mario_perf.configuration.service_metrics import Metrics
    from mario_perf.sources.series import Series, Table

    Floats = NDArray[np.float64]
    Moments = NDArray[np.bool_]

MAX_VALUE = 2.0**53
"""Beyond it a count is no longer whole, and no sum of durations is that long."""

MAX_SECONDS = 86_400.0
"""Seconds that one execution may take at most, where no bound says less."""

_TOLERANCE = 0.01
_UNDER_WAY = 3
"""Shares and counts by which two readings of one scrape may differ: executions end while it is taken."""


@dataclass(frozen=True, slots=True)
class _Histogram:
    """One histogram: its operation, the columns of its buckets by ascending bound, and of its sum."""

    operation: str
    bounds: Floats  # (B,) as exposed, the last is +Inf
    buckets: NDArray[np.intp]  # (B,)
    sum: int | None
    max_seconds: float  # that one execution may take, in the histogram's unit


def usable(values: Floats) -> Floats:
    """Values, with NaN in place of those that a counter cannot have."""
    if not values.size or (
        np.fmin.reduce(values, axis=None) >= 0 and np.fmax.reduce(values, axis=None) <= MAX_VALUE
    ):
        return values
    with np.errstate(invalid="ignore"):
        return np.where((values >= 0) & (values <= MAX_VALUE), values, np.nan)


def find(table: Table, values: Floats, names: Mapping[int, str], metrics: Metrics) -> tuple[Defect, ...]:
    """The first moment of each kind of defect, by operation.

    Args:
        table: as it was scraped.
        values: the usable ones of the table.
        names: of the operations, by the index of each series that is one's.
        metrics: what the service exposes.
    """
    own = {index: name for index, name in names.items() if table.series[index].name != metrics.start}
    histograms = _histograms(table.series, own, metrics)
    defects = [
        *(() if values is table.values else _impossible_values(table, own)),
        *_vanished_series(table, own),
        *(defect for each in histograms for defect in _bucket_defects(each, table.times, values)),
        *(defect for each in histograms for defect in _sum_defects(each, table.times, values)),
        *_counter_defects(table, values, histograms, own, metrics),
    ]
    first: dict[tuple[str, str], Defect] = {}
    for each in sorted(defects, key=lambda defect: defect.time):
        first.setdefault((each.operation, each.message), each)
    return tuple(first.values())


def _impossible_values(table: Table, own: Mapping[int, str]) -> Iterator[Defect]:
    with np.errstate(invalid="ignore"):
        is_wrong = (table.values < 0) | (table.values > MAX_VALUE)
    for column in np.flatnonzero(is_wrong.any(axis=0)).tolist():
        if column in own:
            at = int(is_wrong[:, column].argmax())
            message = f"{table.series[column].name} is {table.values[at, column]:g}"
            yield Defect(own[column], float(table.times[at]), message)


def _vanished_series(table: Table, own: Mapping[int, str]) -> Iterator[Defect]:
    """A series that was there, and later is not, or is NaN."""
    missing = np.isnan(table.values)
    vanished = missing[1:] & ~missing[:-1]
    for column in np.flatnonzero(vanished.any(axis=0)).tolist():
        if column in own:
            at = int(vanished[:, column].argmax()) + 1
            message = f"{table.series[column].name} vanished or became NaN"
            yield Defect(own[column], float(table.times[at]), message)


def _bucket_defects(histogram: _Histogram, times: Floats, values: Floats) -> Iterator[Defect]:
    counts = values[:, histogram.buckets]
    if counts.shape[1] < 2:  # noqa: PLR2004 - one bucket contradicts nothing
        return
    with np.errstate(invalid="ignore"):
        fell = np.any(np.diff(counts[:, :-1], axis=0) < 0, axis=1) & ~(np.diff(counts[:, -1]) < 0)
        crossed: Moments = np.any(np.diff(counts, axis=1) < 0, axis=1)
    is_present = ~np.isnan(counts)
    twice: Moments = np.any(is_present[:, 1:] & is_present[:, :-1] & ~_wider(histogram), axis=1)
    yield from _first_defect(histogram, times, twice, "it has two buckets of one bound")
    gone, new = is_present[:-1] & ~is_present[1:], is_present[1:] & ~is_present[:-1]
    rebuilt: Moments = np.any(gone, axis=1) & np.any(new, axis=1)
    yield from _first_defect(histogram, times[1:], rebuilt, "its buckets got other bounds")
    yield from _first_defect(histogram, times[1:], fell, "a bucket fell while the count did not")
    yield from _first_defect(histogram, times, crossed, "a bucket holds more than the next, wider one")


def _sum_defects(histogram: _Histogram, times: Floats, values: Floats) -> Iterator[Defect]:
    """Since the first scrape that shows it; a reset is another matter."""
    if histogram.sum is None or len(histogram.bounds) < 2 or not _wider(histogram).all():  # noqa: PLR2004
        return
    counts = np.nan_to_num(values[:, histogram.buckets])
    sums = np.nan_to_num(values[:, histogram.sum])
    if (np.diff(counts[:, -1]) < 0).any() or (np.diff(counts, axis=1) < 0).any():
        return
    each = np.diff(counts - counts[0], axis=1, prepend=0.0)
    low = each @ np.concatenate([[0.0], np.maximum(histogram.bounds[:-1], 0.0)])
    high = each @ np.minimum(histogram.bounds, histogram.max_seconds)
    one = float(histogram.bounds[-2])  # an execution may be in the sum and not yet in a bucket
    increase = sums - sums[0]
    fell = np.concatenate([[False], np.diff(sums) < 0])
    is_wrong = fell | (increase < low * (1 - _TOLERANCE) - one) | (increase > high * (1 + _TOLERANCE) + one)
    yield from _first_defect(histogram, times, is_wrong, "its sum of durations is not what its buckets allow")


def _wider(histogram: _Histogram) -> Moments:
    """Whether each bucket but the first is wider than the one before: "1" and "1.0" are one bound."""
    return histogram.bounds[1:] > histogram.bounds[:-1]


def _counter_defects(
    table: Table, values: Floats, histograms: Sequence[_Histogram], own: Mapping[int, str], metrics: Metrics
) -> Iterator[Defect]:
    """The counter of executions against the histogram: what one has, the other has too."""
    if metrics.executions is None:
        return
    executed = _by_operation(table, values, own, metrics.executions)
    failed = _by_operation(table, values, own, metrics.failures)
    timed: dict[str, Floats] = defaultdict(lambda: np.zeros(len(values)))
    for each in histograms:
        timed[each.operation] = timed[each.operation] + np.nan_to_num(values[:, each.buckets[-1]])
    for operation, counted in executed.items():
        if operation not in timed:
            continue
        difference = (counted - counted[0]) - (timed[operation] - timed[operation][0])
        allowed = failed.get(operation, np.zeros(len(values)))
        slack = _UNDER_WAY + _TOLERANCE * (counted - counted[0])
        is_wrong = (difference < -slack) | (difference > slack + allowed - allowed[0])
        if is_wrong[-1]:
            message = f"{metrics.executions} and {metrics.duration} counted differently"
            yield Defect(operation, float(table.times[int(is_wrong.argmax())]), message)


def _by_operation(
    table: Table, values: Floats, own: Mapping[int, str], name: str | None
) -> dict[str, Floats]:
    summed: dict[str, Floats] = {}
    for index, operation in own.items():
        if table.series[index].name == name:
            summed[operation] = summed.get(operation, np.zeros(len(values))) + np.nan_to_num(values[:, index])
    return summed


def _first_defect(histogram: _Histogram, times: Floats, is_wrong: Moments, message: str) -> Iterator[Defect]:
    if is_wrong.any():
        yield Defect(histogram.operation, float(times[int(is_wrong.argmax())]), message)


def _histograms(series: Sequence[Series], own: Mapping[int, str], metrics: Metrics) -> list[_Histogram]:
    buckets: dict[frozenset[tuple[str, str]], list[tuple[float, int]]] = defaultdict(list)
    sums: dict[frozenset[tuple[str, str]], int] = {}
    bucket, total = f"{metrics.duration}_bucket", f"{metrics.duration}_sum"
    for index in own:
        name, labels = series[index].name, dict(series[index].labels)
        bound = labels.pop("le", "nan")
        labels.pop("__name__", None)
        if name == bucket:
            buckets[frozenset(labels.items())].append((float(bound), index))
        elif name == total:
            sums[frozenset(labels.items())] = index
    longest = MAX_SECONDS / SECONDS_PER[metrics.unit]
    return [_histogram(own, sorted(those), sums.get(key), longest) for key, those in buckets.items()]


def _histogram(
    own: Mapping[int, str], those: Sequence[tuple[float, int]], total: int | None, longest: float
) -> _Histogram:
    bounds, columns = zip(*those, strict=True)
    return _Histogram(own[columns[0]], np.array(bounds), np.array(columns, dtype=np.intp), total, longest)
