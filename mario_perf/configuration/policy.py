"""The policy: what is measured and when it fails. Values only; ``policy_file`` reads them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from mario_perf.configuration.service_metrics import CQRS, Metrics
from mario_perf.cost_indicators import PIZZERIA, PROCESS, Indicator

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from mario_perf.metric_catalogue import Metric

ENVIRONMENT: Final = "{environment}"
"""Of a ``setup`` and a ``start``: the folder that is kept for builds of the same dependencies."""

READY_MADE: Final = ("pip", "uv", "npm")
"""Setups that need no command of one's own."""

CLIENT: Final = "client"
"""Of a service's ``metrics``: none are read. Response times and statuses at the client are judged."""

OTLP: Final = "otlp"
"""Of a service's ``metrics``: it pushes them, and what plays the load receives them."""

Inconclusive = Literal["inconclusive", "pass", "fail"]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When one operation fails.

    ``*_noise`` is the smallest change worth acting on: never red below it. ``*_resolution`` is what a pass
    promises: no change as large as this went by unseen, or else the answer is inconclusive. Neither is a
    level of certainty. Relative for the typical duration (``latency``), for p95 (``tail``) and for the
    client's typical response time (``response``): 0.05 = 5 %; a difference for failures (``error``) and for
    the slowest executions (``slow``): 0.01 = one more in a hundred. ``mean`` is a loose check, for what is
    rare and very slow. ``load`` is for typical times in the part under load, and ``load_tail`` for p95 there.
    ``growth`` is for what a thousand executions add to the typical duration, relative to that.
    ``*_processes`` is how far two processes of one build lie apart, a standard deviation, where no rounds of
    fresh processes show it. ``min_samples`` are successes a side, for "unchanged" alone.
    ``p95`` (seconds) and ``error_ratio`` are absolute limits, None for no limit.
    """

    latency_noise: float = 0.01
    latency_resolution: float = 0.05
    tail_noise: float = 0.05
    tail_resolution: float = 0.33
    error_noise: float = 0.001
    error_resolution: float = 0.01
    slow_noise: float = 0.005
    slow_resolution: float = 0.02
    response_noise: float = 0.05
    response_resolution: float = 0.25
    mean_noise: float = 0.1
    mean_resolution: float = 0.5
    load_noise: float = 0.05
    load_resolution: float = 0.5
    load_tail_noise: float = 0.1
    load_tail_resolution: float = 1.0
    growth_noise: float = 0.1
    growth_resolution: float = 1.0
    latency_processes: float = 0.03
    tail_processes: float = 0.08
    min_samples: int = 100
    p95: float | None = None
    error_ratio: float | None = None
    ignore: bool = False

    def under_load(self) -> Thresholds:
        """What holds under load: other thresholds of times, and no limits, as the load is the gate's own."""
        return replace(
            self,
            latency_noise=self.load_noise,
            latency_resolution=self.load_resolution,
            response_noise=self.load_noise,
            response_resolution=self.load_resolution,
            tail_noise=self.load_tail_noise,
            tail_resolution=self.load_tail_resolution,
            p95=None,
            error_ratio=None,
        )


@dataclass(frozen=True, slots=True)
class Service:
    """How a gate gets a service running. ``start`` may hold ``{port}``; empty: nothing says how.

    ``metrics`` is a path, :data:`CLIENT` or :data:`OTLP`.

    ``setup`` is a command, one of the ready-made words, or None where nothing is said. An empty one says that
    nothing is to be prepared.
    """

    start: tuple[str, ...] = ()
    setup: tuple[str, ...] | None = None
    ready: str = "/health"
    metrics: str = "/metrics"

    @property
    def metrics_path(self) -> str:
        """Where it shows its metrics; empty where it shows none."""
        return "" if self.metrics in {CLIENT, OTLP} else self.metrics

    @property
    def pushes(self) -> bool:
        """Whether it sends its metrics instead of showing them."""
        return self.metrics == OTLP


def makes_environment(setup: tuple[str, ...]) -> bool:
    """Whether a setup makes something that is kept for the next gate."""
    return setup in {(word,) for word in READY_MADE} or any(ENVIRONMENT in word for word in setup)


@dataclass(frozen=True, slots=True)
class Load:
    """How a gate loads the service. With a ``rate`` the model is open, and ``users`` is the maximum."""

    users: int | None = None  # 1 in a duet, 20 otherwise; in an open model as many as it takes
    duration: float = 60.0  # seconds
    seed: int = 1
    scenario: str | None = None  # None: the locustfile's name
    rate: float | None = None  # journeys a second
    arrivals: Literal["constant", "poisson"] = "poisson"
    locustfile: str | None = None  # path from perf.toml; None for the pizzeria's
    hosts: tuple[str, ...] = ()  # that may get load, besides this machine
    tags: tuple[str, ...] = ()  # only tasks with one of these
    exclude_tags: tuple[str, ...] = ()  # no tasks and no steps with one of these
    capacity_share: float = 0.5  # of what the baseline can carry: the rate of the part under load
    operations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By step: what it triggers, where that is not what the locustfile says."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A regression that is accepted: the largest rises, until a day, against one baseline.

    ``changes`` are by metric and ``costs`` by the name of a cost. Without an ``operation`` the costs are
    those of the whole process.
    """

    operation: str
    changes: Mapping[Metric, float]
    until: date
    baseline: str
    because: str
    costs: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything perf.toml can say, with its defaults.

    ``inconclusive`` maps exit code 4 (could not tell, or invalid run): left as it is, to 0 or to 3.
    ``across_machines``: a baseline that was kept on another kind of machine may decide something.
    """

    false_alarm_rate: float = 0.01  # of the whole gate, on an unchanged build
    inconclusive: Inconclusive = "inconclusive"
    across_machines: bool = False
    max_findings: int = 20  # shown on the terminal; reports have all
    load_time: float = 0.0  # share of a gate's time that is kept for the part under load
    thresholds: Thresholds = field(default_factory=Thresholds)
    operations: Mapping[str, Thresholds] = field(default_factory=dict)
    metrics: Metrics = CQRS
    service: Service | None = None
    load: Load = field(default_factory=Load)
    accepted: tuple[Acceptance, ...] = ()
    indicators: tuple[Indicator, ...] = (*PROCESS, *PIZZERIA)

    @property
    def read_metrics(self) -> Metrics:
        """The metrics of operations, and those of the indicators."""
        return replace(self.metrics, indicators=tuple(each.metric for each in self.indicators))

    @property
    def by_client(self) -> bool:
        """Whether no metrics are read, and what the client saw is judged."""
        return self.service is not None and self.service.metrics == CLIENT

    @property
    def pushes(self) -> bool:
        """Whether the service sends its metrics instead of showing them."""
        return self.service is not None and self.service.pushes

    def of(self, operation: str) -> Thresholds:
        return self.operations.get(operation, self.thresholds)

    def under_load(self) -> Policy:
        """The same for the part under load."""
        operations = {name: each.under_load() for name, each in self.operations.items()}
        return replace(self, thresholds=self.thresholds.under_load(), operations=operations)

    def as_mapping(self) -> dict[str, Any]:
        """As plain values, for reports."""
        return asdict(self)
