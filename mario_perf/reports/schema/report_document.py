"""The JSON report's document: what other tools may rely on.

Every key stays as it is within a format version, and keys are added; a change that could break a reader
raises the version.
Apart from the types of the analysis, so that these may change without breaking who reads the file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping  # noqa: TC003 — pydantic reads the annotations
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from mario_perf.metric_catalogue import METRICS
from mario_perf.model import CurveShape, Outcome, Severity, Verdict  # noqa: TC001
from mario_perf.reports.schema.base import Document
from mario_perf.reports.schema.run_document import RunReport, Side  # noqa: TC001

FORMAT_VERSION: Literal[1] = 1


def _finite(value: Any) -> Any:  # noqa: ANN401 — runs before the value's type is known
    return None if isinstance(value, float) and not math.isfinite(value) else value


Number = Annotated[float | None, BeforeValidator(_finite)]


class OperationName(Document):
    """A command or a query."""

    kind: str
    name: str


class Interval(Document):
    """A change with its interval; null is unknown, or unbounded on that end."""

    value: Number
    low: Number
    high: Number
    confidence: float


class MetricComparison(Document):
    """One metric of one operation. Changes are relative, for shares they are differences."""

    metric: str = Field(
        description="; ".join(f"{one.key}: {one.reads} ({one.kind})" for one in METRICS.values())
    )
    against: Literal["baseline", "limit"] = Field(
        default="baseline", description="a limit is the policy's, and stands as baseline"
    )
    baseline: Number
    candidate: Number
    change: Interval
    threshold: Number
    detectable: Number = Field(description="smallest change that the run could have shown; null when none")
    resolution: Number = Field(default=None, description='"unchanged" rules out a rise as large')
    gating: bool
    verdict: Verdict
    explanation: str
    suspected: bool = Field(
        default=False, description="whether it would be regressed at a false-alarm rate of 10 %"
    )


class QuantileRange(Document):
    """A quantile in seconds and the bounds between which the truth lies."""

    value: Number
    low: Number
    high: Number


class MomentReport(Document):
    """A part of a load test's window, all operations together."""

    at: float = Field(description="seconds of the window before it")
    rate: Number
    error_ratio: Number
    p50: Number
    p95: Number


class OneSide(Document):
    """One operation on one side."""

    executions: int
    rate: Number
    error_ratio: Number
    failures: Mapping[str, int]
    mean: Number
    p50: QuantileRange
    p95: QuantileRange
    p99: QuantileRange
    histogram: tuple[int, ...] = Field(description="successes per bucket, the last one above all bounds")
    over_time: tuple[tuple[Number, Number, Number], ...] = Field(
        description="seconds since the window's start, p50, p95"
    )


class OperationReport(Document):
    """The answer for one operation."""

    operation: OperationName
    verdict: Verdict
    explanation: str
    decided_by: str
    comparisons: tuple[MetricComparison, ...]
    baseline: OneSide | None
    candidate: OneSide | None
    bucket_resolution: Number
    part: Literal["alone", "load"] = Field(
        default="alone",
        description="of the gate: each step to both builds at once, or one build at a time under load",
    )


class CostReport(Document):
    """The answer for one indicator of cost. ``change`` is relative; of a growth a difference."""

    name: str
    operation: str = Field(description="empty: all together")
    per: Literal["operation", "execution", "process", "growth"]
    unit: Literal["seconds", "bytes", "count"]
    baseline: Number
    candidate: Number
    change: Interval
    noise: Number = Field(description="the smallest change that matters")
    verdict: Verdict
    explanation: str


class LevelReport(Document):
    """One operation at one level of load. Changes are relative."""

    rate: float = Field(description="journeys a second")
    share: float | None = Field(description="of what the baseline carries; null where that is not known")
    baseline: Number = Field(description="seconds, typical response time")
    candidate: Number
    service_time: Interval
    response_time: Interval


class LoadCurveReport(Document):
    """One operation over all levels of load."""

    operation: str
    shape: CurveShape
    explanation: str
    growth: Interval = Field(description="of candidate over baseline from the lowest level to the highest")
    levels: tuple[LevelReport, ...] = Field(description="the lowest first")


class FindingReport(Document):
    """Something about a run that a reader must know."""

    code: str
    severity: Severity
    message: str


class ReconciliationReport(Document):
    """Counts of the client against counts of the service."""

    operation: str
    side: Side
    client_whole: int
    server_whole: int
    client_window: int
    server_window: int
    abandoned: int
    unreached: int
    server_errors: int
    agrees: bool


class CommitReport(Document):
    """One build; empty is not known."""

    revision: str
    title: str = Field(default="", description="first line of the commit's message")
    url: str = ""


class SubjectReport(Document):
    """What was compared; empty is not known."""

    run_id: str = ""
    service: str = Field(default="", description="which one, and how it is started")
    project: str = ""
    branch: str = ""
    baseline: CommitReport | None = None
    candidate: CommitReport | None = None
    pull_request: str = ""
    pull_request_url: str = ""
    faults: tuple[str, ...] = Field(default=(), description="injected into the candidate, as options")


class PastValuesReport(Document):
    """One metric of one operation over the last revisions."""

    operation: str
    metric: str
    times: tuple[float, ...] = Field(description="unix seconds")
    revisions: tuple[str, ...]
    values: tuple[float, ...]
    shifts: tuple[tuple[int, float], ...] = Field(
        description="the place of the first value of a new level, and its log ratio to the level before"
    )
    own: int = Field(description="the place of the value of this gate")


class PastReport(Document):
    """What the history says of the operations."""

    operations: tuple[PastValuesReport, ...] = ()
    problem: str = Field(default="", description="why the history says nothing")


class Report(Document):
    """What a gate says, with all the evidence."""

    format_version: Literal[1] = FORMAT_VERSION
    outcome: Outcome
    sentence: str
    reasons: tuple[str, ...] = Field(
        default=(), description="why there is no clear answer; of a pass, what it could have missed"
    )
    next_steps: tuple[str, ...] = Field(default=(), description="what helps, the best first")
    overall: Interval | None = Field(
        default=None, description="relative change of the typical time, geometric mean over operations"
    )
    scope: str = Field(
        default="", description="what was looked at, in a line; the answer says nothing of other things"
    )
    method: Literal["stored", "duet"]
    created_at: str
    seconds: Number = Field(description="measured time, all rounds")
    false_alarm_rate: float
    operations: tuple[OperationReport, ...]
    costs: tuple[CostReport, ...] = Field(
        default=(), description="beyond the time of executions, worst first"
    )
    bounds: tuple[float, ...] = Field(description="upper bounds of the buckets, seconds")
    findings: tuple[FindingReport, ...]
    reconciliation: tuple[ReconciliationReport, ...]
    runs: tuple[RunReport, ...]
    baseline_runs: tuple[str, ...]
    environment_changes: Mapping[str, tuple[str, str]]
    policy: Mapping[str, Any]
    promql: Mapping[str, str] = Field(description="the p95 of each operation")
    baseline_revisions: tuple[str, ...] = ()
    command: tuple[str, ...] = Field(default=(), description="what was typed to get this result")
    subject: SubjectReport = Field(default=SubjectReport(), description="what was compared")
    over_time: tuple[MomentReport, ...] = Field(default=(), description="of one load test")
    past: PastReport = Field(default=PastReport(), description="the last revisions, from the history")
    load_curves: tuple[LoadCurveReport, ...] = Field(
        default=(), description="of a gate at several levels of load, worst first"
    )
    queries: Mapping[str, Mapping[str, str]] = Field(
        default={}, description="PromQL by operation and by what it shows"
    )
