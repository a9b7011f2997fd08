"""Histograms that can be added up, whatever their buckets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class ExplicitBuckets:
    """``counts`` say by upper bound how many lie at or below it; ``count`` says all of them."""

    count: int
    total: float
    counts: Mapping[float, int]

    @classmethod
    def of(cls, count: int, total: float, bounds: Sequence[float], counts: Sequence[int]) -> ExplicitBuckets:
        """From the count of each bucket; without counts there is only the one up to infinity."""
        below, cumulative = 0, dict[float, int]()
        for bound, own in zip(bounds, counts, strict=False):
            below += own
            cumulative[bound] = below
        return cls(count, total, cumulative)

    def __add__(self, other: ExplicitBuckets) -> ExplicitBuckets:
        """Bounds that only one has are left out: their buckets merge with the next."""
        shared = sorted(self.counts.keys() & other.counts.keys())
        return ExplicitBuckets(
            self.count + other.count,
            self.total + other.total,
            {bound: self.counts[bound] + other.counts[bound] for bound in shared},
        )


@dataclass(frozen=True, slots=True)
class ExponentialBuckets:
    """Bucket ``index`` holds what is above ``base ** index``, and at most ``base ** (index + 1)``.

    ``base`` is ``2 ** 2**-scale``. ``zero`` is a bound and how many lie no further than that from 0.
    Source: https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram.
    """

    count: int
    total: float
    scale: int
    zero: tuple[float, int]
    positive: Mapping[int, int]
    negative: Mapping[int, int]

    def coarser(self, scale: int) -> ExponentialBuckets:
        """The same on a scale as coarse as this at least: each bucket lies in exactly one there."""
        shift = self.scale - scale
        if shift <= 0:
            return self
        positive, negative = _merged(self.positive, shift), _merged(self.negative, shift)
        return replace(self, scale=scale, positive=positive, negative=negative)

    def __add__(self, other: ExponentialBuckets) -> ExponentialBuckets:
        scale = min(self.scale, other.scale)
        mine, theirs = self.coarser(scale), other.coarser(scale)
        return ExponentialBuckets(
            mine.count + theirs.count,
            mine.total + theirs.total,
            scale,
            (max(mine.zero[0], theirs.zero[0]), mine.zero[1] + theirs.zero[1]),
            _sum(mine.positive, theirs.positive),
            _sum(mine.negative, theirs.negative),
        )


Distribution = float | ExplicitBuckets | ExponentialBuckets


def size(value: Distribution) -> float:
    """How much was counted: it falls only where counting began anew."""
    return value if isinstance(value, float) else value.count


def add(values: Iterable[Distribution]) -> Distribution:
    """The sum of values of one kind. Where kinds differ, the last one's."""
    result: Distribution | None = None
    for value in values:
        match result, value:
            case float(), float():
                result = result + value
            case ExplicitBuckets(), ExplicitBuckets():
                result = result + value
            case ExponentialBuckets(), ExponentialBuckets():
                result = result + value
            case _:
                result = value
    return 0.0 if result is None else result


def _merged(buckets: Mapping[int, int], shift: int) -> dict[int, int]:
    merged: Counter[int] = Counter()
    for index, count in buckets.items():
        merged[index >> shift] += count
    return dict(merged)


def _sum(one: Mapping[int, int], other: Mapping[int, int]) -> dict[int, int]:
    return dict(Counter(one) + Counter(other))
