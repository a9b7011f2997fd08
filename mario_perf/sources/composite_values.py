"""Values of OpenMetrics 2.0 that are a whole histogram, in one line.

``h{a="1"} {count:3,sum:0.4,bucket:[0.1:2,+Inf:3]}`` has the buckets of a classic histogram, cumulative.
Exponential ones have ``schema``, ``zero_threshold``, ``zero_count``, spans, and the counts of their buckets:
as they are (``positive_buckets``), or each as the difference to the one before (``positive_deltas``).
Source: https://prometheus.io/docs/specs/om/open_metrics_spec_2_0.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.sources.grammar import malformed, number
from mario_perf.sources.native_histograms import NativeHistogram

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Edges = tuple[float, float, float]

START = "{count:"
"""How each of them begins."""

_CUSTOM = -53
_FINEST, _COARSEST = 8, -4
"""The schema of bounds that are listed; and those of exponential ones: ``2 ** 2**-schema`` is their ratio."""

_FIELD = re.compile(r"([a-z_]++):(?:\[([^\]]*+)\]|([^,}\[]++))(,|\})")
_INDEX = re.compile(r"-?[0-9]{1,9}+")


def parse(rest: str) -> NativeHistogram:
    """The histogram at the start of what follows a head.

    Raises:
        UnreadableExpositionError: It is none, or says what cannot be.
    """
    fields = _fields(rest)
    try:
        buckets = sorted(_classic(fields["bucket"]) if "bucket" in fields else _exponential(fields))
        count, total = number(fields["count"]), number(fields["sum"])
    except (KeyError, ValueError, OverflowError) as error:
        raise malformed(rest, "no histogram") from error
    return NativeHistogram(count, total, np.array(buckets, dtype=np.float64).reshape(-1, 3))


def _fields(rest: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    at, more = 1, True
    while more:
        found = _FIELD.match(rest, at)
        if found is None or found[1] in fields:
            raise malformed(rest, "no histogram")
        fields[found[1]] = found[3] if found[2] is None else found[2]
        at, more = found.end(), found[4] == ","
    return fields


def _classic(listed: str) -> Iterator[Edges]:
    """From cumulative counts at upper bounds to a bucket each."""
    below, low = 0.0, 0.0
    for pair in listed.split(","):
        bound, _, counted = pair.partition(":")
        upper, up_to = number(bound), number(counted)
        if upper < low or up_to < below:
            raise ValueError(pair)
        yield low, upper, up_to - below
        below, low = up_to, upper


def _exponential(fields: dict[str, str]) -> Iterator[Edges]:
    schema = _index(fields["schema"])
    custom = [number(bound) for bound in _split(fields.get("custom_values", ""))]
    zero = number(fields.get("zero_threshold", "0"))
    if zero_count := number(fields.get("zero_count", "0")):
        yield -zero, zero, zero_count
    for index, count in _counts(fields, "positive"):
        yield (*_bounds(index, schema, custom), count)
    for index, count in _counts(fields, "negative"):
        low, high = _bounds(index, schema, custom)
        yield -high, -low, count


def _counts(fields: dict[str, str], sign: str) -> Iterator[tuple[int, float]]:
    """The index of each bucket that a span covers, and its count."""
    if f"{sign}_deltas" in fields:
        counts: Iterable[float] = accumulate(map(number, _split(fields[f"{sign}_deltas"])))
    else:
        counts = map(number, _split(fields.get(f"{sign}_buckets", "")))
    return zip(_covered_indexes(_split(fields.get(f"{sign}_spans", ""))), counts, strict=True)


def _covered_indexes(spans: Iterable[str]) -> Iterator[int]:
    at = 0
    for span in spans:
        offset, _, length = span.partition(":")
        at += _index(offset)
        for _ in range(_index(length)):
            yield at
            at += 1


def _bounds(index: int, schema: int, custom: list[float]) -> tuple[float, float]:
    """Bucket ``index`` holds what is above the first and at most the second."""
    if schema == _CUSTOM:
        bounds = [0.0, *custom, np.inf]
        if not 0 <= index < len(bounds) - 1:
            raise ValueError(index)
        return bounds[index], bounds[index + 1]
    if not _COARSEST <= schema <= _FINEST:
        raise ValueError(schema)
    ratio = 2.0**-schema
    return 2.0 ** ((index - 1) * ratio), 2.0 ** (index * ratio)


def _index(text: str) -> int:
    if not _INDEX.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _split(listed: str) -> list[str]:
    return listed.split(",") if listed else []
