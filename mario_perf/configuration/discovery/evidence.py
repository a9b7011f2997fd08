"""What was seen at a URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Family:
    """A counter: its name, the labels of every series, and what each counted."""

    name: str
    series: tuple[Mapping[str, str], ...]
    counts: tuple[float, ...] = ()

    @property
    def labels(self) -> frozenset[str]:
        """All that any of its series has."""
        return frozenset(label for each in self.series for label in each)

    def values(self, label: str) -> tuple[str, ...]:
        """Each value of a label once, in order; empty where a series lacks it."""
        return tuple(dict.fromkeys(each.get(label, "") for each in self.series))


@dataclass(frozen=True, slots=True)
class Histogram(Family):
    """A histogram: its name without ``_bucket``, labels without ``le``, and what is said of it."""

    bounds: tuple[float, ...] = ()  # finite ones, ascending, as exposed; empty where they were not read
    help: str = ""
    unit: str = ""  # of OpenMetrics' UNIT


@dataclass(frozen=True, slots=True)
class MetricInventory:
    """What there is at a URL; ``bucketless`` are durations that are summed up, and no histograms."""

    histograms: tuple[Histogram, ...]
    counters: tuple[Family, ...]
    bucketless: tuple[str, ...]
    on_page: bool  # the URL is the metrics page itself, and no Prometheus
    pushed: bool = False  # by OTLP: the page is a receiver's
