"""The record of a run: what the load generator did, said and saw.

Written by the load (one ``runs/ID/run.json`` a run), read by everything else. What looks like a secret is
masked wherever somebody may have typed one. This module imports pydantic and the standard library only, so
that the load generator's process stays free of the analysis' libraries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from mario_perf import masking

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA_VERSION: Final = 1

Side = Literal["baseline", "candidate", "reference"]
"""The reference is a service that never changes, beside the one that is measured."""
MOST_OF_A_NAME: Final = 80
"""Characters of a name that becomes a part of a path."""


def path_component(name: str) -> str:
    """A name that may become one file or folder, wherever it comes from: it decides nothing else of the path.

    Raises:
        ValueError: It could lead elsewhere, a path cannot hold it, or it is too long.
    """
    if len(name) > MOST_OF_A_NAME:
        raise ValueError(f"a name of {len(name):,} characters; at most {MOST_OF_A_NAME} are allowed")
    if name in ("", ".", "..") or not name.isprintable() or any(each in name for each in "/\\"):
        raise ValueError(f"{name!r} cannot be a name; use letters, digits, dots and hyphens, without slashes")
    return name


PathComponent = Annotated[str, AfterValidator(path_component)]
Masked = Annotated[str, AfterValidator(masking.text)]
Command = Annotated[tuple[str, ...], AfterValidator(masking.arguments)]


class Record(BaseModel):
    """Base of everything in a run record: frozen, and unknown keys are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(Record):
    """An interval of wall-clock time, unix seconds."""

    start: float = Field(allow_inf_nan=False)
    end: float = Field(allow_inf_nan=False)

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start


MAX_COUNT = 10**10
"""Requests of one step in one run, at most: four days of 30,000 a second."""

Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]


class StepCounts(Record):
    """What happened to one journey step on one target.

    ``reached`` counts the answers that came from the operation's handler: a 422, or a 404 of the HTTP
    layer, never reaches it, so the service's own metrics do not know of it. ``abandoned`` requests were
    sent but never answered within the run: the service may or may not have executed them. ``fastest`` and
    ``slowest`` are seconds until the answer, or until it was no longer waited for; null where nothing ended.
    """

    step: str
    operation: str | None = None
    further_operations: tuple[str, ...] = Field(default=(), description="that the step triggers as well")
    started: Count = 0
    reached: Count = 0
    failed: Count = 0
    business: Count = 0
    abandoned: Count = 0
    statuses: dict[str, int] = Field(default_factory=dict)
    errors: dict[str, int] = Field(default_factory=dict)
    fastest: float | None = None
    slowest: float | None = None

    @model_validator(mode="after")
    def _no_more_than_were_sent(self) -> Self:
        if max(self.reached, self.failed + self.business, self.abandoned) > self.started:
            raise ValueError(f"step {self.step} has more answers than the {self.started} requests it sent")
        return self

    @property
    def operations(self) -> tuple[str, ...]:
        """All that the step triggers."""
        first = () if self.operation is None else (self.operation,)
        return (*first, *self.further_operations)


class Latency(Record):
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


class Packages(Record):
    """What a service had to load, as it was read when it had started."""

    read: Literal["importlib.metadata", "node_modules/.package-lock.json"] = Field(
        description="where from: asked of the service's own interpreter, or noted by npm"
    )
    versions: dict[str, str] = Field(description="by package; Python's own by the name python")


class TargetRecord(Record):
    """One service under load. A run has one target, a duet has two."""

    side: Side
    url: Masked
    metrics_url: Masked
    revision: str | None = None
    whole_run: tuple[StepCounts, ...] = Field(description="from before the first request to after the last")
    in_window: tuple[StepCounts, ...] = Field(description="between the window's two quiet edges")
    latencies: tuple[Latency, ...] = Field(default=(), description="from when a request was sent")
    latencies_from_intended: tuple[Latency, ...] = Field(
        default=(),
        description="open model: a journey's first step from when the journey was due, so that a load "
        "generator that is late itself hides nothing; the others from when they were sent",
    )
    packages: Packages | None = Field(default=None, description="null where a gate did not read them")
    fresh: bool | None = Field(
        default=None, description="whether the service was started anew for this run; null: unknown"
    )

    def renamed(self, operations: Callable[[StepCounts], tuple[str, ...]]) -> TargetRecord:
        """The same with the operations that each step triggers."""
        whole, window = (
            tuple(step.model_copy(update=_named(operations(step))) for step in steps)
            for steps in (self.whole_run, self.in_window)
        )
        return self.model_copy(update={"whole_run": whole, "in_window": window})


def _named(operations: tuple[str, ...]) -> dict[str, object]:
    return {"operation": next(iter(operations), None), "further_operations": operations[1:]}


class Environment(Record):
    """Fingerprint of the machine and of the versions that matter."""

    cpu_model: str
    cores: int
    memory_bytes: int
    kernel: str
    python: str
    packages: dict[str, str]
    load_average: tuple[float, float, float] = Field(description="1, 5, 15 minutes, when the run started")
    hostname_hash: str = Field(description="tells machines apart without naming them")


class Generator(Record):
    """Whether the load generator itself kept up."""

    cpu_utilisation: float = Field(
        description="share of a core that it needed in the window, 0 to 1: it ran, or waited for a core"
    )
    loop_lag_p99: float = Field(description="seconds that its event loop answered late, p99")
    loop_lag_max: float


class Rates(Record):
    """Load a second over the window.

    Requests in a closed model, where what is offered waits for what is achieved. Journeys in an open one:
    those that were due, and those that came to their end.
    """

    offered: float
    achieved: float
    unit: Literal["requests", "journeys"] = "requests"


class ArrivalCounts(Record):
    """What became of an open model's arrivals. One for which no user became free or ready is dropped.

    ``late`` is how long after it was due a journey began, seconds: the load generator's own delay, and the
    time that a user took to get ready who was started for it.
    """

    due: int = Field(description="journeys that the plan had for the window, offered or not")
    offered: int
    dropped: int
    finished: int
    under_way_at_start: int = Field(description="journeys that had begun before, and not ended")
    under_way_at_end: int
    most_users: int = Field(description="at work at the same time")
    pool: int = Field(description="users who were there, at work or not, when the window closed")
    late_p99: float
    late_max: float


class Arrivals(ArrivalCounts):
    """How the journeys of an open model arrived in the window."""

    kind: Literal["constant", "poisson"]
    rate: float = Field(description="asked for: journeys a second at level 1 of the shape")
    max_users: int = Field(description="to which the pool might have grown, from the run's users")


Part = Literal["alone", "load"]
"""Of a gate: one user at both builds at once, or many users at one build at a time."""


class Turn(Record):
    """A build's turn as it went: one that is given too much takes longer, until its journeys have ended."""

    side: Side
    journeys: Count = Field(description="that came to their end")
    seconds: float = Field(description="from the turn's begin until the last of its journeys had ended")


class Alternation(Record):
    """How two builds took turns in the window, so that one at a time was under load."""

    seconds: float = Field(description="of a turn, as long as journeys arrive")
    turns: int = Field(description="of both builds together")
    played: tuple[Turn, ...] = Field(default=(), description="in their order; empty in older records")


class PlanCounts(Record):
    """A scenario with a fixed number of journeys: how many there are, and how many came to their end."""

    journeys: int
    finished: int


class Worker(Record):
    """What one process of a distributed run did."""

    index: int
    users: int = Field(description="maximum number that were ready at the same time")
    started: int = Field(description="requests in the window")
    seeds: str = Field(description="what the random streams of its users are drawn from")
    generator: Generator
    arrivals: ArrivalCounts | None = None


class LostWorker(Record):
    """A process that ended, or fell silent, before the run did. What it sent is not in the record."""

    index: int
    at: float = Field(description="unix seconds")


class Look(Record):
    """A look of a gate at its rounds: what its verdict might spend of the promise."""

    runs: tuple[str, ...] = Field(description="that there were; the record is the last one's")
    spent: float = Field(description="share of the false-alarm rate, 0 to 1")
    missed: float = Field(description="chance of calling a rise as large as the resolution absent")


class RunRecord(Record):
    """One run, whole."""

    schema_version: Literal[1] = SCHEMA_VERSION
    run_id: PathComponent
    scenario: PathComponent
    seed: int
    model: Literal["closed", "open"]
    users: int = Field(description="asked for; in an open model those at the start")
    users_over_time: tuple[tuple[float, Count], ...] = Field(
        default=(), description="Unix time of each change, and users from then on; looked at once a second"
    )
    spawn_rate: float
    shape: str
    think: tuple[float, float] | None = Field(
        default=None,
        description="seconds between a user's steps, from and to; null in an open model, and where users "
        "pause as they please",
    )
    command: Command
    tags: tuple[str, ...] = Field(default=(), description="only tasks with one of these were played")
    exclude_tags: tuple[str, ...] = Field(default=(), description="tasks and steps that were left out")
    whole_run: Span = Field(description="both edges quiet: no request under way")
    window: Span = Field(description="the steady state that is judged; both edges quiet")
    rates: Rates
    arrivals: Arrivals | None = None
    alternation: Alternation | None = Field(default=None, description="null where both were asked at once")
    plan: PlanCounts | None = Field(default=None, description="null where no number of journeys is fixed")
    generator: Generator = Field(description="of a distributed run: the worst of all workers")
    environment: Environment
    workers: tuple[Worker, ...] = Field(default=(), description="of a distributed run")
    lost_workers: tuple[LostWorker, ...] = ()
    targets: tuple[TargetRecord, ...]
    reference: TargetRecord | None = Field(default=None, description="null where none ran beside the service")
    scrape_interval: float | None = Field(
        default=None, description="seconds; null when the run's folder holds no scrapes"
    )
    look: Look | None = Field(default=None, description="that a gate took after this round; null: none")
    warnings: tuple[Masked, ...] = ()

    @property
    def part(self) -> Part:
        """The part of a gate that a run belongs to."""
        return "alone" if self.alternation is None else "load"

    @property
    def rate(self) -> float | None:
        """Journeys a second that were due; None in a closed model."""
        return self.arrivals.rate if self.arrivals else None

    def renamed(self, operations: Callable[[StepCounts], tuple[str, ...]]) -> RunRecord:
        """The same with the operations that each step triggers."""
        targets = tuple(target.renamed(operations) for target in self.targets)
        return self.model_copy(update={"targets": targets})
