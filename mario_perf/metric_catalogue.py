"""The catalogue of metrics: one entry says all that the rest of the tool knows of a metric.

A new check is an entry here, and how it is read, in ``comparison/metric_values.py``. Where no family of
thresholds fits, a new one is an entry here and two defaults in ``configuration/policy.py``. Verdicts,
sentences, reports, charts, the schema and perf.toml are made from the entries.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mario_perf.run_record import Part

Metric = Literal[
    "latency",
    "p95",
    "error_ratio",
    "slow_share",
    "response_errors",
    "response_time",
    "response_p95",
    "mean",
    "p50",
    "p99",
    "spread",
    "rate",
]
"""The keys, in files as well."""

SERVICE_TIME: Final[Metric] = "latency"
RESPONSE_TIME: Final[Metric] = "response_time"
"""The typical time in the handler, and at the client: between both lies the wait."""


class Kind(StrEnum):
    """What a value is, and so its unit, how it changes, and how a change is shown.

    A share changes by a difference, in points; everything else by a factor, in per cent.
    """

    DURATION = "duration"  # seconds; more is worse
    SHARE = "share"  # from 0 to 1; more is worse
    RATE = "rate"  # per second; less is worse
    RATIO = "ratio"  # of two durations; more is worse


class Gates(StrEnum):
    """When a metric decides about an operation."""

    ALWAYS = "always"
    TOGETHER = "together"  # where both sides ran at the same time
    LOADED = "loaded"  # under load, and nowhere else
    RESOLVED = "resolved"  # where the buckets are narrow enough to show a change of the resolution
    NEVER = "never"  # it is shown only


@dataclass(frozen=True, slots=True)
class ThresholdFamily:
    """Thresholds that metrics share: ``KEY_noise`` and ``KEY_resolution`` in perf.toml.

    ``processes`` names the threshold for how far two processes of one build lie apart; shares need none.
    """

    key: str
    meaning: str  # as perf.toml explains it
    processes: Literal["latency", "tail"] | None

    @property
    def noise(self) -> str:
        """The name of a threshold."""
        return f"{self.key}_noise"

    @property
    def resolution(self) -> str:
        """The name of a threshold."""
        return f"{self.key}_resolution"


_FAMILIES = (
    ThresholdFamily("latency", "the typical duration, relative: 0.01 = 1 %", "latency"),
    ThresholdFamily("tail", "p95, relative", "tail"),
    ThresholdFamily("error", "the error ratio, as a difference: 0.001 = one more in 1000", None),
    ThresholdFamily("slow", "the share of slow executions, as a difference", None),
    ThresholdFamily("response", "the typical response time that the client sees, relative", "latency"),
    ThresholdFamily("mean", "the mean, relative: for what is rare and very slow", "tail"),
    ThresholdFamily("load", "the typical response time under load, relative", "latency"),
    ThresholdFamily("load_tail", "p95 under load, relative: the client's and the service's", "tail"),
)

FAMILIES: Final[Mapping[str, ThresholdFamily]] = MappingProxyType({one.key: one for one in _FAMILIES})
"""By their keys."""


@dataclass(frozen=True, slots=True)
class MetricEntry:
    """One metric.

    ``query`` is the key of its PromQL among a report's queries; where there is none, ``unqueried`` says why.
    ``weight`` is what its check has of the promise of a gate, against 1 of every other.
    """

    key: Metric
    title: str  # in every sentence, table and chart
    kind: Kind
    family: ThresholdFamily
    gates: Gates
    reads: str  # how it is read, for the schema
    query: str = ""
    unqueried: str = ""
    client: bool = False  # the client saw it, not the service
    weight: float = 1.0
    under_load: ThresholdFamily | None = None  # its family in the part under load, where it decides there

    def family_of(self, part: Part) -> ThresholdFamily:
        """The thresholds that a policy sets for it in a part of a gate."""
        return self.under_load or self.family if part == "load" else self.family

    @property
    def share(self) -> bool:
        """Whether it changes by a difference."""
        return self.kind is Kind.SHARE


_NO_QUERY = "no Prometheus has what the client saw"

_ENTRIES = (
    MetricEntry(
        key="latency",
        title="typical time",
        kind=Kind.DURATION,
        family=FAMILIES["latency"],
        gates=Gates.ALWAYS,
        reads="mean of the fastest 95 % of the service's times",
        unqueried="PromQL cannot leave out the slowest 5 %",
        weight=4.0,  # most regressions show in it
        under_load=FAMILIES["load"],  # where no client saw times
    ),
    MetricEntry(
        key="p95",
        title="p95",
        kind=Kind.DURATION,
        family=FAMILIES["tail"],
        gates=Gates.RESOLVED,
        reads="0.95 quantile of the service's times",
        query="p95",
        under_load=FAMILIES["load_tail"],
    ),
    MetricEntry(
        key="error_ratio",
        title="error ratio",
        kind=Kind.SHARE,
        family=FAMILIES["error"],
        gates=Gates.ALWAYS,
        reads="failed executions of all executions",
        query="error ratio",
        under_load=FAMILIES["error"],
    ),
    MetricEntry(
        key="slow_share",
        title="share of slow executions",
        kind=Kind.SHARE,
        family=FAMILIES["slow"],
        gates=Gates.TOGETHER,
        reads="executions above a bound that at most 1 % of both sides' executions exceed",
        unqueried="its bound is chosen from both sides together",
    ),
    MetricEntry(
        key="response_errors",
        title="share of failed requests",
        kind=Kind.SHARE,
        family=FAMILIES["error"],
        gates=Gates.ALWAYS,
        reads="requests that failed at the client of all that it sent",
        unqueried=_NO_QUERY,
        client=True,
        under_load=FAMILIES["error"],
    ),
    MetricEntry(
        key="response_time",
        title="typical response time",
        kind=Kind.DURATION,
        family=FAMILIES["response"],
        gates=Gates.TOGETHER,
        reads="mean of the fastest 95 % of the client's response times",
        unqueried=_NO_QUERY,
        client=True,
        under_load=FAMILIES["load"],
    ),
    MetricEntry(
        key="response_p95",
        title="p95 of response time",
        kind=Kind.DURATION,
        family=FAMILIES["tail"],
        gates=Gates.LOADED,
        reads="0.95 quantile of the client's response times, under load",
        unqueried=_NO_QUERY,
        client=True,
        under_load=FAMILIES["load_tail"],
    ),
    MetricEntry(
        key="mean",
        title="mean time",
        kind=Kind.DURATION,
        family=FAMILIES["mean"],
        gates=Gates.TOGETHER,
        reads="mean of the service's times, exact",
        query="mean",
    ),
    MetricEntry(
        key="p50",
        title="p50",
        kind=Kind.DURATION,
        family=FAMILIES["latency"],
        gates=Gates.NEVER,
        reads="0.50 quantile of the service's times",
        unqueried="the expression of p95 gives it with another quantile",
    ),
    MetricEntry(
        key="p99",
        title="p99",
        kind=Kind.DURATION,
        family=FAMILIES["tail"],
        gates=Gates.NEVER,
        reads="0.99 quantile of the service's times",
        unqueried="the expression of p95 gives it with another quantile",
    ),
    MetricEntry(
        key="spread",
        title="spread (p95 over p50)",
        kind=Kind.RATIO,
        family=FAMILIES["tail"],
        gates=Gates.NEVER,
        reads="p95 divided by p50",
        unqueried="the expression of p95 gives both of its parts",
    ),
    MetricEntry(
        key="rate",
        title="rate",
        kind=Kind.RATE,
        family=FAMILIES["latency"],
        gates=Gates.NEVER,
        reads="executions per second",
        unqueried="the error ratio's expression divides by it",
    ),
)

_BY_KEY: Final = {one.key: one for one in _ENTRIES}

METRICS: Final[Mapping[Metric, MetricEntry]] = MappingProxyType(_BY_KEY)
"""Every metric by its key, in the order of comparisons: what gates first, what tells most before the rest."""
