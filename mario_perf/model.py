"""The nouns of the analysis: frozen values that flow from the sources to the report.

Durations are in seconds, ratios run from 0 to 1, changes are relative (0.1 = 10 % more).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from mario_perf.cost_indicators import Per
    from mario_perf.cost_indicators import Unit as CostUnit
    from mario_perf.metric_catalogue import Metric
    from mario_perf.run_record import Environment, Part, RunRecord, Side, Span

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]


UNDER_LOAD: Final = " under load"
"""After the name of an operation, where it was measured in that part of a gate."""


@dataclass(frozen=True, slots=True, order=True)
class Operation:
    """A command or a query, as the service names it."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Defect:
    """Something that a service said and that cannot be, at its first moment (unix seconds)."""

    operation: str
    time: float
    message: str


@dataclass(frozen=True, slots=True)
class CostCounters:
    """Counters and levels beside the times, at each of ``T`` scrapes; ``O`` operations.

    Values are as exposed; NaN where a scrape does not show a metric. ``nearest`` has what is shown instead of
    a metric that the policy names.
    """

    operations: tuple[str, ...]  # O
    executions: Counts  # (T, O)
    totals: Mapping[str, Floats]  # by metric, of the whole service: (T,)
    by_operation: Mapping[str, Floats]  # by metric, where its labels name operations: (T, O)
    nearest: Mapping[str, str] = field(default_factory=dict)  # by metric: names like it

    def of(self, metric: str, operation: str = "") -> tuple[Floats | None, Counts]:
        """A metric and the executions that it belongs to, both ``(T,)``; of all operations without a name.

        None where the metric, or the operation, is not there.
        """
        if not operation:
            return self.totals.get(metric), self.executions.sum(axis=1)
        if operation not in self.operations:
            return None, self.executions.sum(axis=1)
        place = self.operations.index(operation)
        values = self.by_operation.get(metric)
        return None if values is None else values[:, place], self.executions[:, place]

    def at(self, scrapes: slice) -> CostCounters:
        """The same of some of the scrapes."""
        return replace(
            self,
            executions=self.executions[scrapes],
            totals={name: each[scrapes] for name, each in self.totals.items()},
            by_operation={name: each[scrapes] for name, each in self.by_operation.items()},
        )


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Every scrape of one service during a run: cumulative counters as exposed.

    ``T`` scrapes, ``O`` operations, ``B`` finite bounds, ``E`` error types. Counters are 0 before they first
    appear (an operation that never failed has no failure series), and keep their last value where a later
    scrape does not show them. ``starts`` is the process start time that each scrape reported (NaN where
    unknown).
    """

    times: Floats  # (T,) unix seconds, increasing
    operations: tuple[Operation, ...]  # O
    bounds: Floats  # (B,) seconds, increasing, without +Inf
    buckets: Counts  # (T, O, B + 1) successes per bucket (not cumulative over buckets), last is above all
    sums: Floats  # (T, O) seconds spent in successes
    executions: Counts  # (T, O) successes and failures
    error_types: tuple[str, ...]  # E
    failures: Counts  # (T, O, E)
    starts: Floats  # (T,) unix seconds
    tells_failures: bool = True  # False: nothing in the metrics sets failures apart
    costs: CostCounters | None = None
    defects: tuple[Defect, ...] = ()
    one_operation: bool = False  # True: no label names an operation, so that every step is part of one


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile read from buckets: a value, and the bounds between which the truth lies."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Requests:
    """What the client saw of one operation in the window, all steps together that trigger it."""

    sent: int
    failures: Mapping[str, int]  # by what went wrong, zeros left out; business answers are none
    business: int  # answers by which a business rule refused
    typical: float  # seconds, mean of the fastest 95 % of response times; NaN without any
    p95: float = math.nan  # seconds, of the same


@dataclass(frozen=True, slots=True)
class Measurement:
    """One operation in one window: totals, and the same by slice of time.

    ``S`` slices between consecutive scrapes; ``slices.sum(axis=0)`` is the window's histogram. Failures are
    those that the service counts, without what the client knows to be business answers.
    """

    operation: Operation
    duration: float  # seconds, of the window
    executions: int
    failures: Mapping[str, int]  # by error type, zeros left out
    time_spent: float  # seconds, all successes together
    slices: Counts  # (S, B + 1)
    slice_sums: Floats  # (S,) seconds
    slice_failures: Counts  # (S,)
    requests: Requests | None = None  # None: no step of the journeys names the operation

    @property
    def histogram(self) -> Counts:
        """Counts of the whole window, shape (B + 1,)."""
        counts: Counts = self.slices.sum(axis=0)
        return counts

    @property
    def failed(self) -> int:
        """Failures of every type."""
        return sum(self.failures.values())

    @property
    def rate(self) -> float:
        """Executions a second."""
        return self.executions / self.duration if self.duration > 0 else math.nan

    @property
    def error_ratio(self) -> float:
        """Failed divided by all; NaN when nothing was executed."""
        return self.failed / self.executions if self.executions else math.nan


@dataclass(frozen=True, slots=True)
class Workload:
    """How a run was loaded: runs of another one are not compared."""

    model: str
    users: int
    shape: str
    rate: float | None = None  # journeys a second, open model
    arrivals: str | None = None
    tags: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    think: str | None = None  # seconds between a user's steps, as 0.05:0.2; None: not known


@dataclass(frozen=True, slots=True)
class ReferenceLevels:
    """How long the reference beside a run took: seconds, typical for each of its operations."""

    version: str
    typical: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class RunMeasurement:
    """All operations of one service in one run."""

    run_id: str
    scenario: str
    side: Side
    window: Span
    bounds: Floats  # (B,) seconds
    slice_edges: Floats  # (S + 1,) unix seconds
    measurements: Mapping[str, Measurement]  # by operation name
    environment: Environment
    revision: str | None
    workload: Workload | None = None  # None: not kept
    process_start: float | None = None  # unix seconds; None: not known
    url: str = ""  # of the service
    fresh: bool | None = None  # whether the service was started anew for this run; None: unknown
    part: Part = "alone"
    findings: tuple[Finding, ...] = ()
    reconciliation: tuple[Reconciliation, ...] = ()
    tells_failures: bool = True  # False: the service's metrics do not, and only the client knows
    reference: ReferenceLevels | None = None  # None: none ran beside it, or it says too little
    costs: CostCounters | None = None  # at the slices' edges; None: not known


@dataclass(frozen=True, slots=True)
class Moment:
    """A part of a run's window, all operations together; NaN where nothing was executed."""

    at: float  # seconds of the window before it
    rate: float  # executions a second
    error_ratio: float
    p50: float  # seconds, of successes
    p95: float


class Severity(StrEnum):
    """How much a finding matters."""

    NOTE = "note"
    WARNING = "warning"
    INVALID = "invalid"
    REGRESSED = "regressed"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a run that a reader must know.

    ``INVALID`` means that the run cannot be judged, ``REGRESSED`` that this alone makes the gate red.
    """

    code: str  # stable, such as "scrape-gap"
    severity: Severity
    message: str  # one line: what, where, what to do


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Client against server counts of one operation, over the whole run and in the window."""

    operation: str
    side: Side
    client_whole: int
    server_whole: int
    client_window: int
    server_window: int
    abandoned: int
    unreached: int  # answered by the HTTP layer, before any operation
    server_errors: int = 0  # answered 5xx: by the operation, or by what stands before it

    @property
    def agrees(self) -> bool:
        """Exactly equal, allowed for requests that were given up on, and that the HTTP layer answered.

        Metrics of operations leave the latter out; metrics of HTTP routes may hold them. Who answered 5xx
        is not known, so as many may be missing.
        """
        more = self.server_whole - self.client_whole
        return -self.server_errors <= more <= self.abandoned + self.unreached


class Verdict(StrEnum):
    """Of one check or one operation."""

    REGRESSED = "regressed"
    INCONCLUSIVE = "inconclusive"
    IMPROVED = "improved"
    UNCHANGED = "unchanged"
    ACCEPTED = "accepted"  # regressed, and the policy accepts it
    RECORDED = "recorded"  # there was nothing to judge by


class Outcome(StrEnum):
    """Of a whole gate."""

    PASS = "pass"  # noqa: S105 — a verdict, not a password
    REGRESSED = "regressed"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"
    RECORDED = "recorded"  # without a baseline and without limits


@dataclass(frozen=True, slots=True)
class Estimate:
    """A change with its interval. Unknown is an infinite interval, never a missing one."""

    value: float
    low: float
    high: float
    confidence: float  # of this interval on its own, after the family-wise correction

    @classmethod
    def unknown(cls, confidence: float) -> Estimate:
        """Nothing is known: NaN between minus and plus infinity."""
        return cls(math.nan, -math.inf, math.inf, confidence)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric of one operation, candidate against baseline.

    For latencies and throughput ``change`` is relative (0.1 = 10 % more); for the error ratio it is the
    difference (0.02 = two more failures in a hundred).
    """

    metric: Metric
    baseline: float
    candidate: float
    change: Estimate
    threshold: float  # the smallest change that matters, same unit as change
    detectable: float  # the smallest change that this run could have shown; inf when none
    gating: bool  # whether its verdict counts for the operation
    verdict: Verdict
    explanation: str  # one sentence in plain words
    against: Literal["baseline", "limit"] = "baseline"  # a limit is the policy's, and stands as baseline
    resolution: float = math.nan  # "unchanged" rules out a rise as large; NaN for a limit
    suspected: bool = False  # whether it would be regressed at a false-alarm rate of 10 %


@dataclass(frozen=True, slots=True)
class Summary:
    """One side of one operation, for showing."""

    executions: int
    rate: float
    error_ratio: float
    failures: Mapping[str, int]
    mean: float
    p50: Quantile
    p95: Quantile
    p99: Quantile
    histogram: tuple[int, ...]  # (B + 1,) counts
    over_time: tuple[
        tuple[float, float, float], ...
    ]  # (seconds since window start, p50, p95) per slice group


@dataclass(frozen=True, slots=True)
class OperationResult:
    """The answer for one operation: is it slower, does it fail more, and how we know."""

    operation: Operation
    verdict: Verdict
    explanation: str
    decided_by: str  # the metric that spoke
    comparisons: tuple[Comparison, ...]
    baseline: Summary | None
    candidate: Summary | None
    bucket_resolution: float  # the buckets cannot show a change smaller than this (relative)
    part: Part = "alone"

    @property
    def title(self) -> str:
        """The operation's name, with its part unless that is the usual one."""
        return f"{self.operation.name}{UNDER_LOAD if self.part == 'load' else ''}"

    @property
    def decisive_comparison(self) -> Comparison | None:
        """The comparison that decided the verdict; None when nothing was compared."""
        gating = [c for c in self.comparisons if c.gating]
        candidates = [c for c in self.comparisons if c.metric == self.decided_by]
        # A metric may be held against the baseline and against a limit: the one with the verdict spoke.
        decisive = [c for c in candidates if c.gating and c.verdict is self.verdict]
        return next(iter(decisive or candidates or gating), None)


@dataclass(frozen=True, slots=True)
class CostResult:
    """The answer for one indicator: what executions cost beyond their time.

    ``change`` is relative; of a growth it is a difference in its own unit.
    """

    name: str
    operation: str  # empty: all together
    per: Per
    unit: CostUnit
    baseline: float
    candidate: float
    change: Estimate
    noise: float  # the smallest change that matters, same unit as change
    verdict: Verdict
    explanation: str  # one sentence


class CurveShape(StrEnum):
    """How two builds' response times differ as the load grows."""

    SLOWER = "slower"  # by about as much at each level
    EARLIER = "saturates earlier"
    BOTH = "slower, and saturates earlier"
    ALIKE = "no difference"  # at no level a rise as large as the resolution
    UNKNOWN = "not known"

    @property
    def is_worse(self) -> bool:
        """Whether the candidate is surely slower at some level."""
        return self in {CurveShape.SLOWER, CurveShape.EARLIER, CurveShape.BOTH}


@dataclass(frozen=True, slots=True)
class LevelChange:
    """One operation at one level of load. Changes are relative; of each, the interval by itself."""

    rate: float  # journeys a second
    share: float | None  # of what the baseline carries; None where a rate was given, or it is not known
    baseline: float  # seconds, typical response time; NaN where none is known
    candidate: float
    service_time: Estimate
    response_time: Estimate


@dataclass(frozen=True, slots=True)
class LoadCurve:
    """One operation over all levels, the lowest first."""

    operation: str
    shape: CurveShape
    explanation: str  # one sentence in plain words
    growth: Estimate  # of candidate over baseline, from the lowest level to the highest, relative
    levels: tuple[LevelChange, ...]


@dataclass(frozen=True, slots=True)
class Commit:
    """One build by its revision, as a reader names it. Empty is not known."""

    revision: str
    title: str = ""  # first line of the commit's message
    url: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What was compared. Empty is not known."""

    run_id: str = ""
    service: str = ""  # which one, and how it is started
    project: str = ""
    branch: str = ""
    baseline: Commit | None = None
    candidate: Commit | None = None
    pull_request: str = ""  # as its host writes it: #12, !12
    pull_request_url: str = ""
    faults: tuple[str, ...] = ()  # injected into the candidate, as options


@dataclass(frozen=True, slots=True)
class PastValues:
    """One metric of one operation over the last revisions, on the machine of this gate."""

    operation: str
    metric: Metric
    times: tuple[float, ...]  # unix seconds
    revisions: tuple[str, ...]
    values: tuple[float, ...]
    shifts: tuple[tuple[int, float], ...]  # where a new level begins, and its log ratio to the one before
    own: int  # which value is of this gate


@dataclass(frozen=True, slots=True)
class Past:
    """What the history says of a gate's operations, in their order; ``problem`` is why it says nothing."""

    operations: tuple[PastValues, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class GateResult:
    """What a gate says, with all the evidence. The one input of every report."""

    outcome: Outcome
    sentence: str
    method: Literal["stored", "duet"]
    operations: tuple[OperationResult, ...]  # sorted by what matters
    bounds: Floats  # (B,) seconds
    findings: tuple[Finding, ...]
    reconciliation: tuple[Reconciliation, ...]
    runs: tuple[RunRecord, ...]  # the candidate's runs (in a duet they hold both sides)
    baseline_runs: tuple[str, ...]  # run ids
    environment_changes: Mapping[str, tuple[str, str]]  # what differs: key -> (baseline, candidate)
    policy: Mapping[str, Any]  # as applied, for showing
    false_alarm_rate: float  # promised for the whole gate
    seconds: float  # measured time, all rounds
    created_at: str  # ISO 8601, UTC
    queries: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # PromQL by operation and figure
    baseline_revisions: tuple[
        str, ...
    ] = ()  # of the builds that baseline_runs are of, as far as they are known
    scope: str = ""  # what was looked at, in a line; the answer says nothing of other things
    command: tuple[str, ...] = ()  # what was typed to get this result
    subject: Subject = Subject()
    reasons: tuple[str, ...] = ()  # why there is no clear answer; of a pass, what it could have missed
    next_steps: tuple[str, ...] = ()  # what helps, the best first
    over_time: tuple[Moment, ...] = ()  # of one load test
    costs: tuple[CostResult, ...] = ()  # worst first
    overall: Estimate | None = None  # of the typical time, all operations of a duet together
    reference: ReferenceLevels | None = None  # beside the runs of now that are compared with stored ones
    past: Past = Past()
    load_curves: tuple[LoadCurve, ...] = ()  # of a gate at several levels of load, worst first

    @property
    def by_client(self) -> bool:
        """Whether no metrics were read: what the client saw was judged."""
        return (self.policy.get("service") or {}).get("metrics") == "client"

    @property
    def promql(self) -> dict[str, str]:
        """The expression that shows the p95, by operation."""
        return {operation: shown["p95"] for operation, shown in self.queries.items() if "p95" in shown}
