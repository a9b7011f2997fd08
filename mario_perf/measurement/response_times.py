"""Response times of several runs, brought together as if one client had counted them all.

Each run record holds its response times as HdrHistograms, and these can be added up: a quantile of the sum is
as exact as that of one run.
"""

from __future__ import annotations

import base64
import math
import zlib
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from hdrh.codec import HdrCookieException, HdrLengthException
from hdrh.histogram import HdrHistogram

from mario_perf.decompression import ZLIB, limit_size, pieces
from mario_perf.errors import UnreadableRunError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mario_perf.run_record import Latency

_MICROSECONDS: Final = 1e6
_QUANTILES: Final = (0.50, 0.95, 0.99)
_HALF: Final = 1024  # half of the sub-buckets of an HdrHistogram with 3 digits

_HEADER: Final = 8  # bytes in front of what is compressed
_MAX_VALUE: Final = 1 << 20  # bytes: four times what one with 3 digits can have

TYPICAL: Final = 0.95
"""Share of the fastest response times that the typical one is the mean of."""


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """What a client saw, seconds. Mean and maximum are exact, quantiles to three figures."""

    count: int
    mean: float
    p50: float
    p95: float
    p99: float
    maximum: float


@dataclass(frozen=True, slots=True)
class Bucketed:
    """Counts between bounds, the last above all, and all times together in seconds."""

    counts: NDArray[np.int64]
    total: float


def bucketed(latencies: Sequence[Latency], bounds: NDArray[np.float64]) -> Bucketed:
    """Response times of several histograms in buckets ``(B + 1,)`` between ``bounds`` in seconds ``(B,)``.

    Raises:
        UnreadableRunError: a histogram is damaged.
    """
    counts = np.zeros(len(bounds) + 1, dtype=np.int64)
    for each in latencies:
        seen = np.ctypeslib.as_array(_decode(each).counts)
        used = np.flatnonzero(seen)
        np.add.at(counts, np.searchsorted(bounds, _bucket_middles(used) / _MICROSECONDS), seen[used])
    return Bucketed(counts, sum(each.mean * each.count for each in latencies))


def merge(latencies: Sequence[Latency]) -> ResponseTimes:
    """All of them (at least one response time) as one.

    Raises:
        UnreadableRunError: a histogram is damaged.
    """
    count = sum(one.count for one in latencies)
    maximum = max(one.maximum for one in latencies)
    p50, p95, p99 = (min(quantile, maximum) for quantile in _quantiles(latencies))
    mean = sum(one.mean * one.count for one in latencies) / count
    return ResponseTimes(count, mean, p50, p95, p99, maximum)


def typical_and_p95(latencies: Sequence[Latency]) -> tuple[float, float]:
    """Mean of the fastest ``TYPICAL`` of all of them together, and their p95; seconds, NaN of none.

    The same centre as that of service times: the slowest few are the machine's more than the code's.

    Raises:
        UnreadableRunError: a histogram is damaged.
    """
    if not latencies:
        return math.nan, math.nan
    counts = np.sum([np.ctypeslib.as_array(_decode(one).counts) for one in latencies], axis=0)
    nonempty = np.flatnonzero(counts)
    middles, below = _bucket_middles(nonempty) / _MICROSECONDS, counts[nonempty].cumsum()
    fastest_counts = TYPICAL * below[-1]
    fastest = np.diff(np.minimum(below, fastest_counts), prepend=0.0)
    p95 = middles[np.searchsorted(below, _rank(0.95, below))]
    return float(fastest @ middles / fastest_counts), float(p95)


def _bucket_middles(index: NDArray[np.intp]) -> NDArray[np.float64]:
    """Middles of an HdrHistogram's buckets: 2048 of width 1, then 1024 each of width 2, 4, 8, ..."""
    doublings = np.maximum(index // _HALF - 1, 0)
    lowest = (index - doublings * _HALF) << doublings
    return np.asarray(lowest + ((1 << doublings) - 1) / 2)


def _quantiles(latencies: Sequence[Latency]) -> tuple[float, ...]:
    if len(latencies) == 1:  # as recorded: to decode a histogram costs more than all the rest
        return latencies[0].p50, latencies[0].p95, latencies[0].p99
    histogram = _decode(latencies[0])
    for other in latencies[1:]:
        histogram.add(_decode(other))
    # As HdrHistogram's own percentiles, which walk through all counts in Python.
    below = np.ctypeslib.as_array(histogram.counts).cumsum()
    ranks = [_rank(q, below) for q in _QUANTILES]
    values = [histogram.get_value_from_index(int(index)) for index in np.searchsorted(below, ranks)]
    return tuple(histogram.get_highest_equivalent_value(value) / _MICROSECONDS for value in values)


def _rank(q: float, below: NDArray[np.int64]) -> int:
    """Which of all in ascending order is the quantile; ``below`` are cumulative counts."""
    return max(int(q * float(below[-1]) + 0.5), 1)


def _decode(latency: Latency) -> HdrHistogram:
    try:
        packed = base64.b64decode(latency.hdr)[_HEADER:]
        deque(limit_size(_MAX_VALUE, pieces([packed], ZLIB)), maxlen=0)  # the decoder itself unpacks any size
        return HdrHistogram.decode(latency.hdr)
    except (ValueError, zlib.error, HdrCookieException, HdrLengthException) as error:
        raise UnreadableRunError(
            f"{latency.step}: the histogram of its response times in run.json is damaged; run again"
        ) from error
