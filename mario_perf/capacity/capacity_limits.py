"""Whether a service kept its limits at one rate of arrivals: what makes a probe hold. Pure.

An operation of few executions is judged by the median one: what is slower than its limit in the median is
so at p95, too, while the p95 of a few is their maximum, and their error ratio chance.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mario_perf import figures
from mario_perf.judgement.judge import conclude
from mario_perf.model import Severity
from mario_perf.validity.codes import Code
from mario_perf.validity.run_checks import MAX_GENERATOR_CPU, check_load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.configuration.policy import Policy, Thresholds
    from mario_perf.measurement.measured_run import MeasuredRun
    from mario_perf.model import Finding, GateResult, Summary
    from mario_perf.run_record import RunRecord

P95, ERROR_RATIO = 0.1, 0.01
"""Limits where the policy has none: seconds, and the share of failures."""

MIN_EXECUTIONS = 20
"""Executions below which an operation is judged by the median one."""

MAX_MEDIAN_FAILURES = 0.5
"""Share of failures above which the median execution failed."""

JAMMED_LAG = 0.15
"""Seconds, p99: a loop that is later than this has a backlog."""

JAMMED_CPU = 0.5
"""Share of its core that such a loop takes; an idle one was only held up by the machine."""

_GENERATOR_CODES = frozenset({Code.GENERATOR_SATURATED.code, Code.GENERATOR_LATE.code})
"""Findings that say nothing of the service; :func:`by_generator` tells when they matter."""

_NOT_OFFERED_CODE = Code.LOAD_NOT_OFFERED.code
"""Finding that says that the rate was not what it should have been."""

_DROPPED_CODE = Code.ARRIVALS_DROPPED.code
"""Finding that is no more than a warning in a run, and the end of a rate in a probe."""


def has_limits(policy: Policy) -> bool:
    thresholds = (policy.thresholds, *policy.operations.values())
    return any(each.p95 is not None or each.error_ratio is not None for each in thresholds)


def with_limits(policy: Policy) -> Policy:
    """The policy with the limits that apply where it has none: ``P95`` and ``ERROR_RATIO``."""
    if has_limits(policy):
        return policy
    return replace(
        policy,
        thresholds=_with_default_limits(policy.thresholds),
        operations={name: _with_default_limits(each) for name, each in policy.operations.items()},
    )


def describe(policy: Policy) -> str:
    """The limits in words, those of single operations after those of all."""
    operations = {name: each for name, each in sorted(policy.operations.items()) if not each.ignore}
    different = [
        f"{name} {text}"
        for name, each in operations.items()
        if (text := _limit_text(each)) != _limit_text(policy.thresholds)
    ]
    ignored = [f"{name} ignored" for name, each in sorted(policy.operations.items()) if each.ignore]
    return "; ".join((_limit_text(policy.thresholds), *different, *ignored))


def broken_limits(measured: MeasuredRun, policy: Policy) -> tuple[str, ...]:
    """Why the rate did not hold, a line a reason; empty when it did."""
    result = conclude((measured,), None, policy)
    return (*_beyond_limits(result, policy, 0.0), *_invalid_messages(result))


def generator_kept_up(record: RunRecord) -> bool:
    """Whether the load generator had a core left, was in time and offered all that was due."""
    return not any(each.code in {*_GENERATOR_CODES, _NOT_OFFERED_CODE} for each in check_load(record))


def generator_offered_all(record: RunRecord) -> bool:
    """Whether it had a core left and sent all journeys. Some may have been late, as in a moment's pause."""
    codes = {Code.GENERATOR_SATURATED.code, _NOT_OFFERED_CODE, _DROPPED_CODE}
    return not any(each.code in codes for each in check_load(record))


def generator_lateness(record: RunRecord) -> str:
    """How busy the load generator was, and how late at most: its loop, or journeys after they were due."""
    late = max(record.generator.loop_lag_p99, _lateness(record))
    return f"{record.generator.cpu_utilisation:.0%} of its core, {figures.seconds(late)} late at p99"


def may_be_generator(measured: MeasuredRun, policy: Policy) -> bool:
    """Whether what broke may be the load generator's doing instead of the service's.

    It may when the generator had no core left, or no limit broke by more than the generator's own delay: it
    began journeys late, and saw answers late. What the run as a whole lacks (journeys dropped, or not ended)
    tells only where the generator kept up.
    """
    if _generator_starved(measured.record):
        return True
    result = conclude((measured,), None, policy)
    own_delay = _lateness(measured.record) + measured.record.generator.loop_lag_p99
    if any(_beyond_limits(result, policy, own_delay)):
        return False
    return not generator_kept_up(measured.record) or not any(_invalid_messages(result))


def _generator_starved(record: RunRecord) -> bool:
    """Journeys queue for a core: how long they wait is no longer bounded by the loop's delay.

    The window of a short probe may begin with the backlog of the time before it. Then few journeys are due in
    it, and the core is idle once the backlog is gone: the loop's delay tells, and its share of the core less.
    """
    generator = record.generator
    jammed = generator.loop_lag_p99 > JAMMED_LAG and generator.cpu_utilisation > JAMMED_CPU
    return generator.cpu_utilisation > MAX_GENERATOR_CPU or jammed


def _lateness(record: RunRecord) -> float:
    """How long after they were due journeys began, p99, seconds."""
    return 0.0 if record.arrivals is None else record.arrivals.late_p99


def _invalid_messages(result: GateResult) -> Iterator[str]:
    return (each.message for each in result.findings if _breaks(each))


def _beyond_limits(result: GateResult, policy: Policy, allowance: float) -> Iterator[str]:
    """What is beyond its limit; ``allowance`` (seconds) is added to that of what the client waited."""
    for each in result.operations:
        if each.candidate is not None:
            yield from _broken_by_operation(
                each.operation.name, each.candidate, policy.of(each.operation.name)
            )
    yield from _slow_answers(result.runs[-1], policy, allowance)


def _breaks(finding: Finding) -> bool:
    if finding.code in _GENERATOR_CODES:
        return False
    return finding.severity is Severity.INVALID or finding.code == _DROPPED_CODE


def _broken_by_operation(name: str, summary: Summary, limit: Thresholds) -> Iterator[str]:
    few = summary.executions < MIN_EXECUTIONS
    if slow := _quantile_text(summary.p50.value if few else summary.p95.value, limit, few=few):
        yield f"{name}: {slow}"
    if limit.error_ratio is None:
        return
    if summary.error_ratio > (max(limit.error_ratio, MAX_MEDIAN_FAILURES) if few else limit.error_ratio):
        yield f"{name}: {summary.error_ratio:.2%} failed, limit {limit.error_ratio:.2%}"


def _slow_answers(record: RunRecord, policy: Policy, allowance: float) -> Iterator[str]:
    """The same limits for what the client waited: handlers do not see a queue before them.

    The slowest come first.
    """
    target = record.targets[-1]
    operations = {step.step: step.operation for step in target.in_window}
    for latency in sorted(target.latencies_from_intended, key=lambda each: each.p95, reverse=True):
        limit = policy.of(operations.get(latency.step) or latency.step)
        few = latency.count < MIN_EXECUTIONS
        wait = latency.p50 if few else latency.p95
        if not limit.ignore and (slow := _quantile_text(wait - allowance, limit, few=few)):
            yield f"{latency.step}: response time's {slow}"


def _quantile_text(seconds: float, limit: Thresholds, *, few: bool) -> str | None:
    if limit.p95 is None or seconds <= limit.p95:
        return None
    return f"{'p50' if few else 'p95'} {figures.seconds(seconds)}, limit {figures.seconds(limit.p95)}"


def _with_default_limits(thresholds: Thresholds) -> Thresholds:
    return replace(thresholds, p95=P95, error_ratio=ERROR_RATIO)


def _limit_text(limit: Thresholds) -> str:
    p95 = None if limit.p95 is None else f"p95 at most {figures.seconds(limit.p95)}"
    errors = None if limit.error_ratio is None else f"errors at most {limit.error_ratio:.2%}"
    return ", ".join(filter(None, (p95, errors))) or "no limit"
