"""A report that was written, as a result again: the way back from JSON.

JSON has one ``null`` for what is unknown and for what is unbounded; where it stands says which is meant.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import numpy as np
from pydantic import ValidationError

from mario_perf import first_mistake, local_file
from mario_perf.errors import UnreadableRunError
from mario_perf.metric_catalogue import METRICS
from mario_perf.model import (
    Commit,
    Comparison,
    CostResult,
    Estimate,
    GateResult,
    LevelChange,
    LoadCurve,
    Moment,
    Operation,
    OperationResult,
    Past,
    PastValues,
    Quantile,
    Reconciliation,
    Subject,
    Summary,
)
from mario_perf.reports.schema.report_document import Report
from mario_perf.run_record import RunRecord
from mario_perf.validity import codes

if TYPE_CHECKING:
    from pathlib import Path

    from mario_perf.metric_catalogue import Metric
    from mario_perf.reports.schema.report_document import (
        CommitReport,
        CostReport,
        Interval,
        LevelReport,
        MetricComparison,
        MomentReport,
        OneSide,
        OperationReport,
        QuantileRange,
        SubjectReport,
    )


class UnknownMetricError(Exception):
    """A report names a metric that this version does not have."""


def read(path: Path) -> GateResult:
    """The result that a report.json holds.

    Raises:
        UnreadableRunError: there is none, or it is of another version.
    """
    try:
        with local_file.opened(path) as file:
            return _result(Report.model_validate_json(file.read(local_file.LARGEST)))
    except OSError as error:
        raise UnreadableRunError(
            f"{path}: no report ({error.strerror}); mario-perf compare judges a run and writes one"
        ) from error
    except ValidationError as error:
        raise UnreadableRunError(
            f"{path}: not a report of this version ({first_mistake.text(error)}); judge the run again with "
            "mario-perf compare"
        ) from error
    except UnknownMetricError as error:
        raise UnreadableRunError(
            f"{path}: not a report of this version (metric {error}); judge the run again "
            "with mario-perf compare"
        ) from error


def _result(said: Report) -> GateResult:
    return GateResult(
        outcome=said.outcome,
        sentence=said.sentence,
        scope=said.scope,
        method=said.method,
        operations=tuple(map(_operation, said.operations)),
        costs=tuple(map(_cost, said.costs)),
        bounds=np.array(said.bounds),
        findings=tuple(codes.reported(each.code, each.severity, each.message) for each in said.findings),
        reconciliation=tuple(
            Reconciliation(**each.model_dump(exclude={"agrees"})) for each in said.reconciliation
        ),
        runs=tuple(RunRecord.model_validate_json(each.model_dump_json()) for each in said.runs),
        baseline_runs=said.baseline_runs,
        environment_changes=said.environment_changes,
        policy=said.policy,
        false_alarm_rate=said.false_alarm_rate,
        seconds=_number(said.seconds, math.nan),
        created_at=said.created_at,
        queries=said.queries,
        baseline_revisions=said.baseline_revisions,
        command=said.command,
        subject=_subject(said.subject),
        reasons=said.reasons,
        next_steps=said.next_steps,
        over_time=tuple(map(_moment, said.over_time)),
        overall=_estimate(said.overall) if said.overall else None,
        past=Past(
            tuple(
                PastValues(**{**each.model_dump(), "metric": _metric(each.metric)})
                for each in said.past.operations
            ),
            said.past.problem,
        ),
        load_curves=tuple(
            LoadCurve(
                each.operation,
                each.shape,
                each.explanation,
                _estimate(each.growth),
                tuple(map(_level, each.levels)),
            )
            for each in said.load_curves
        ),
    )


def _operation(said: OperationReport) -> OperationResult:
    return OperationResult(
        operation=Operation(said.operation.kind, said.operation.name),
        verdict=said.verdict,
        explanation=said.explanation,
        decided_by=said.decided_by,
        comparisons=tuple(map(_comparison, said.comparisons)),
        baseline=_summary(said.baseline),
        candidate=_summary(said.candidate),
        bucket_resolution=_number(said.bucket_resolution, math.inf),
        part=said.part,
    )


def _cost(said: CostReport) -> CostResult:
    return CostResult(
        name=said.name,
        operation=said.operation,
        per=said.per,
        unit=said.unit,
        baseline=_number(said.baseline, math.nan),
        candidate=_number(said.candidate, math.nan),
        change=_estimate(said.change),
        noise=_number(said.noise, math.nan),
        verdict=said.verdict,
        explanation=said.explanation,
    )


def _level(said: LevelReport) -> LevelChange:
    times = (_number(said.baseline, math.nan), _number(said.candidate, math.nan))
    changes = (_estimate(said.service_time), _estimate(said.response_time))
    return LevelChange(said.rate, said.share, *times, *changes)


def _comparison(said: MetricComparison) -> Comparison:
    return Comparison(
        metric=_metric(said.metric),
        baseline=_number(said.baseline, math.nan),
        candidate=_number(said.candidate, math.nan),
        change=_estimate(said.change),
        threshold=_number(said.threshold, math.nan),
        detectable=_number(said.detectable, math.inf),
        gating=said.gating,
        verdict=said.verdict,
        explanation=said.explanation,
        against=said.against,
        resolution=_number(said.resolution, math.nan),
        suspected=said.suspected,
    )


def _estimate(said: Interval) -> Estimate:
    return Estimate(
        _number(said.value, math.nan),
        _number(said.low, -math.inf),
        _number(said.high, math.inf),
        said.confidence,
    )


def _moment(said: MomentReport) -> Moment:
    values = (said.rate, said.error_ratio, said.p50, said.p95)
    return Moment(said.at, *(_number(value, math.nan) for value in values))


def _summary(said: OneSide | None) -> Summary | None:
    if said is None:
        return None
    return Summary(
        executions=said.executions,
        rate=_number(said.rate, math.nan),
        error_ratio=_number(said.error_ratio, math.nan),
        failures=said.failures,
        mean=_number(said.mean, math.nan),
        p50=_quantile(said.p50),
        p95=_quantile(said.p95),
        p99=_quantile(said.p99),
        histogram=said.histogram,
        over_time=tuple(
            (_number(at, math.nan), _number(p50, math.nan), _number(p95, math.nan))
            for at, p50, p95 in said.over_time
        ),
    )


def _quantile(said: QuantileRange) -> Quantile:
    return Quantile(_number(said.value, math.nan), _number(said.low, 0.0), _number(said.high, math.inf))


def _subject(said: SubjectReport) -> Subject:
    builds = {"baseline": _commit(said.baseline), "candidate": _commit(said.candidate)}
    return Subject(**{**said.model_dump(), **builds})


def _commit(said: CommitReport | None) -> Commit | None:
    return Commit(said.revision, said.title, said.url) if said else None


def _metric(name: str) -> Metric:
    """The document takes what a later version may add; who reads it has to know what it means."""
    if name not in METRICS:
        raise UnknownMetricError(name)
    return cast("Metric", name)


def _number(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
