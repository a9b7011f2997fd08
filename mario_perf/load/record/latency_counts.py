"""Response times counted in microseconds: cheap while the load runs, an HdrHistogram when it ends.

An HdrHistogram of up to an hour takes 200 kB even when it is empty, and a run has one for each step, target
and phase. A dict holds only values that occurred, and counts faster. Its keys are rounded as HdrHistogram
rounds (11 bits, 3 significant digits), so its size stays bounded in a long run.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from hdrh.histogram import HdrHistogram

from mario_perf.run_record import Latency

_BITS: Final = 11  # HdrHistogram's sub-buckets for 3 significant digits: 2048
LONGEST_US: Final = 3_600_000_000  # one hour; longer times count as one hour
_DIGITS: Final = 3


@dataclass(slots=True)
class Latencies:
    """The response times of one step."""

    counts: Counter[int] = field(default_factory=Counter)
    total_us: int = 0
    maximum_us: int = 0

    def add(self, seconds: float) -> None:
        value = int(seconds * 1e6 + 0.5)
        if not 0 <= value <= LONGEST_US:
            value = min(max(value, 0), LONGEST_US)
        shift = value.bit_length() - _BITS
        self.counts[value >> shift << shift if shift > 0 else value] += 1
        self.total_us += value
        if value > self.maximum_us:  # noqa: PLR1730 - max() costs a call
            self.maximum_us = value

    @property
    def minimum(self) -> float | None:
        """Seconds, rounded like the counts; None when nothing was counted."""
        return min(self.counts) / 1e6 if self.counts else None

    @property
    def maximum(self) -> float | None:
        """Seconds; None when nothing was counted."""
        return self.maximum_us / 1e6 if self.counts else None

    def merge(self, other: Latencies) -> None:
        self.counts.update(other.counts)
        self.total_us += other.total_us
        self.maximum_us = max(self.maximum_us, other.maximum_us)

    def quantile(self, q: float) -> float:
        """Seconds: within HdrHistogram's resolution, never above the maximum; 0 when nothing was counted."""
        histogram = self.histogram()
        return min(int(histogram.get_value_at_percentile(q * 100)), self.maximum_us) / 1e6

    def histogram(self) -> HdrHistogram:
        """The same counts as an HdrHistogram of microseconds."""
        histogram = HdrHistogram(1, LONGEST_US, _DIGITS)
        for value, count in self.counts.items():
            histogram.record_value(value, count)
        return histogram

    def record(self, step: str) -> Latency:
        """The figures for the run record. At least one response time must have been counted."""
        histogram = self.histogram()
        quantiles = histogram.get_percentile_to_value_dict([50.0, 95.0, 99.0])
        p50, p95, p99 = (min(quantiles[q], self.maximum_us) / 1e6 for q in (50.0, 95.0, 99.0))
        count = self.counts.total()
        return Latency(
            step=step,
            count=count,
            mean=self.total_us / count / 1e6,
            p50=p50,
            p95=p95,
            p99=p99,
            maximum=self.maximum_us / 1e6,
            hdr=histogram.encode().decode("ascii"),
        )
