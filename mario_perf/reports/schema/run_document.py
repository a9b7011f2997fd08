"""The record of a run as the report's document holds it.

Apart from ``mario_perf.run_record``, where an unknown key is an error: here keys are only added, and
who reads it must be able to read a later one.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mario_perf.reports.schema.base import Document

Side = Literal["baseline", "candidate", "reference"]


class SpanReport(Document):
    """An interval of wall-clock time, unix seconds."""

    start: float
    end: float


class StepReport(Document):
    """What happened to one journey step on one target."""

    step: str
    further_operations: tuple[str, ...] = Field(default=(), description="that the step triggers as well")
    operation: str | None = None
    started: int = 0
    reached: int = Field(default=0, description="answered by the operation's handler")
    failed: int = 0
    business: int = Field(default=0, description="refused as the step expects")
    abandoned: int = Field(default=0, description="sent and never answered")
    statuses: dict[str, int] = Field(default={})
    errors: dict[str, int] = Field(default={})
    fastest: float | None = Field(default=None, description="seconds until its quickest answer")
    slowest: float | None = Field(
        default=None, description="seconds until its latest answer, or the end of waiting"
    )


class LatencyReport(Document):
    """Response times of one step in the window, as the client saw them, seconds.

    A request that was given up on counts with the time for which it was waited.
    """

    step: str
    count: int
    mean: float
    p50: float
    p95: float
    p99: float
    maximum: float
    hdr: str = Field(description="HdrHistogram V2 compressed, base64, microseconds")


class PackagesReport(Document):
    """What a service had to load, as it was read when it had started."""

    read: str = Field(description="where from, such as importlib.metadata")
    versions: dict[str, str] = Field(description="by package; Python's own by the name python")


class TargetReport(Document):
    """One service under load. A run has one target, a duet has two."""

    side: Side
    url: str
    metrics_url: str
    revision: str | None = None
    whole_run: tuple[StepReport, ...] = Field(description="from before the first request to after the last")
    in_window: tuple[StepReport, ...] = Field(description="between the window's two quiet edges")
    latencies: tuple[LatencyReport, ...] = Field(default=(), description="from when a request was sent")
    latencies_from_intended: tuple[LatencyReport, ...] = Field(
        default=(), description="open model: a journey's first step from when the journey was due"
    )
    packages: PackagesReport | None = Field(default=None, description="null where a gate did not read them")
    fresh: bool | None = Field(
        default=None, description="whether the service was started anew for this run; null: unknown"
    )


class EnvironmentReport(Document):
    """Fingerprint of the machine and of the versions that matter."""

    cpu_model: str
    cores: int
    memory_bytes: int
    kernel: str
    python: str
    packages: dict[str, str]
    load_average: tuple[float, float, float] = Field(description="1, 5, 15 minutes, when the run started")
    hostname_hash: str


class GeneratorReport(Document):
    """Whether the load generator itself kept up."""

    cpu_utilisation: float = Field(
        description="share of a core that it needed in the window, 0 to 1: it ran, or waited for a core"
    )
    loop_lag_p99: float = Field(description="seconds")
    loop_lag_max: float


class RatesReport(Document):
    """Load a second over the window."""

    offered: float
    achieved: float
    unit: Literal["requests", "journeys"] = "requests"


class ArrivalCountsReport(Document):
    """What became of an open model's arrivals."""

    due: int = Field(description="by the plan")
    offered: int
    dropped: int
    finished: int
    under_way_at_start: int = Field(description="journeys that had begun before, and not ended")
    under_way_at_end: int
    most_users: int
    pool: int = Field(description="users who were there, at work or not, when the window closed")
    late_p99: float
    late_max: float


class ArrivalsReport(ArrivalCountsReport):
    """How the journeys of an open model arrived in the window."""

    kind: Literal["constant", "poisson"]
    rate: float
    max_users: int = Field(description="to which the pool might have grown, from the run's users")


class TurnReport(Document):
    """A build's turn as it went."""

    side: Side
    journeys: int = Field(description="that came to their end")
    seconds: float = Field(description="from the turn's begin until the last of its journeys had ended")


class AlternationReport(Document):
    """How two builds took turns in the window, so that one at a time was under load."""

    seconds: float = Field(description="of a turn")
    turns: int = Field(description="of both builds together")
    played: tuple[TurnReport, ...] = Field(default=(), description="in their order")


class PlanReport(Document):
    """A scenario with a fixed number of journeys: how many there are, and how many came to their end."""

    journeys: int
    finished: int


class WorkerReport(Document):
    """What one process of a distributed run did."""

    index: int
    users: int
    started: int
    seeds: str
    generator: GeneratorReport
    arrivals: ArrivalCountsReport | None = None


class LostWorkerReport(Document):
    """A process that ended, or fell silent, before the run did."""

    index: int
    at: float = Field(description="unix seconds")


class LookReport(Document):
    """A look of a gate at its rounds: what its verdict might spend of the promise."""

    runs: tuple[str, ...] = Field(description="that there were; the record is the last one's")
    spent: float = Field(description="share of the false-alarm rate, 0 to 1")
    missed: float = Field(description="chance of calling a rise as large as the resolution absent")


class RunReport(Document):
    """One run, whole."""

    schema_version: int
    run_id: str
    scenario: str
    seed: int
    model: Literal["closed", "open"]
    users: int
    users_over_time: tuple[tuple[float, int], ...] = Field(
        default=(), description="Unix time of each change, and users from then on; looked at once a second"
    )
    spawn_rate: float
    shape: str
    think: tuple[float, float] | None = Field(
        default=None,
        description="seconds between a user's steps, from and to; null in an open model, and where users "
        "pause as they please",
    )
    tags: tuple[str, ...] = Field(default=(), description="only tasks with one of these were played")
    exclude_tags: tuple[str, ...] = Field(default=(), description="tasks and steps that were left out")
    command: tuple[str, ...]
    whole_run: SpanReport
    window: SpanReport = Field(description="the steady state that is judged")
    rates: RatesReport
    arrivals: ArrivalsReport | None = None
    alternation: AlternationReport | None = Field(
        default=None, description="null where both were asked at once"
    )
    plan: PlanReport | None = Field(default=None, description="null where no number of journeys is fixed")
    generator: GeneratorReport = Field(description="of a distributed run: the worst of all workers")
    environment: EnvironmentReport
    workers: tuple[WorkerReport, ...] = Field(default=(), description="of a distributed run")
    lost_workers: tuple[LostWorkerReport, ...] = ()
    targets: tuple[TargetReport, ...]
    reference: TargetReport | None = Field(default=None, description="null where none ran beside the service")
    scrape_interval: float | None = Field(
        default=None, description="seconds; null when the run's folder holds no scrapes"
    )
    look: LookReport | None = Field(default=None, description="that a gate took after this round; null: none")
    warnings: tuple[str, ...] = ()
