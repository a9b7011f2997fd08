"""Whether a run can be judged, and what a reader must know of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.errors import listed
from mario_perf.figures import percent, seconds
from mario_perf.model import Severity
from mario_perf.sources.counters import around
from mario_perf.validity import environments, metrics_checks, process_signs
from mario_perf.validity.codes import Code
from mario_perf.validity.concerns import both_sides_wait

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from mario_perf.model import Finding, Reconciliation, Snapshots
    from mario_perf.run_record import Arrivals, Generator, RunRecord, TargetRecord
    from mario_perf.sources.counters import Edges

    Floats = NDArray[np.float64]

MIN_GAP_INTERVALS = 3.0
"""Scrape intervals without a scrape that count as a gap."""

MAX_GAP_SHARE = 0.25
MIN_COVERAGE = 0.5
MAX_ABANDONED = 0.01
MAX_MISSING = 0.001
MAX_GENERATOR_CPU = 0.9
IDLE_GENERATOR_CPU = 0.5
MAX_LAG = 0.05
MAX_SHORTFALL = 0.05
CHANCE_DEVIATIONS = 3.0
"""Limits of a valid run. Of the window: the longest gap, the least that scrapes cover. Of all requests: those
given up on. Of all arrivals: those that never came, and those that found no free user. Of the generator: its
core, how much of that shows work of its own, and its loop's lag and the lateness of its journeys at p99 in
seconds. Of the offered load: what was not achieved, and the standard deviations of chance that are not held
against it."""

JOURNEYS_AT_EDGES = 2
"""Journeys of each process that may be due in the very moment when the window closes."""


@dataclass(frozen=True, slots=True)
class TargetData:
    """One side of one run, as far as findings need it. ``exact``: the client's counts confirm the edges."""

    snapshots: Snapshots
    record: RunRecord
    target: TargetRecord
    edges: Edges
    exact: bool
    reconciliation: tuple[Reconciliation, ...]


def check_target(data: TargetData) -> tuple[Finding, ...]:
    edges = _run_edges(data).scrapes
    in_turn = process_signs.take_turns(data.snapshots.starts[edges], data.snapshots.executions[edges])
    identity = (_several_processes,) if in_turn else (_restart, _reset)
    checks = (*identity, _not_covered, _gap, _disagreement, _not_reconciled)
    return (
        *(finding for check in checks for finding in check(data)),
        *_abandoned(data.record, data.target),
        *metrics_checks.check_metrics(data.snapshots, data.record, data.target),
        *check_load(data.record),
    )


def check_client(record: RunRecord, target: TargetRecord) -> tuple[Finding, ...]:
    """All findings on one side of a run without metrics."""
    return (*_abandoned(record, target), *check_load(record))


def check_load(record: RunRecord) -> tuple[Finding, ...]:
    """What is found on the load itself, whatever the service says."""
    checks = (_saturated, _late, _lost_workers, _not_offered, _shortfall, _dropped, _cut_short, _warnings)
    return tuple(finding for check in checks for finding in check(record))


def _several_processes(data: TargetData) -> Iterator[Finding]:
    yield Code.SEVERAL_PROCESSES.finding(where=_where(data), url=data.target.metrics_url)


def _restart(data: TargetData) -> Iterator[Finding]:
    starts = data.snapshots.starts[_run_edges(data).scrapes]
    distinct = np.unique(starts[~np.isnan(starts)])
    if len(distinct) > 1:
        yield Code.RESTART.finding(where=_where(data))


def _reset(data: TargetData) -> Iterator[Finding]:
    executions = data.snapshots.executions[_run_edges(data).scrapes]
    falling = np.flatnonzero((np.diff(executions, axis=0) < 0).any(axis=0))
    if len(falling):
        names = [data.snapshots.operations[index].name for index in falling]
        yield Code.COUNTER_RESET.finding(where=_where(data), names=listed(names))


def _not_covered(data: TargetData) -> Iterator[Finding]:
    times, whole, window = data.snapshots.times, data.record.whole_run, data.record.window
    if times[0] > whole.start or times[-1] < whole.end:
        severity = Severity.INVALID
        shortage = (
            f"scrapes cover {seconds(float(times[-1] - times[0]))}, not the whole run of "
            f"{seconds(whole.duration)}"
        )
        how = "from before it until after it"
    elif not data.exact and all(row.agrees for row in data.reconciliation):  # counts that differ fit nowhere
        covered_seconds = float(times[data.edges.last] - times[data.edges.first])
        severity = Severity.WARNING if covered_seconds >= MIN_COVERAGE * window.duration else Severity.INVALID
        shortage = (
            f"no scrape fits the window's edges: of {seconds(window.duration)}, {seconds(covered_seconds)} "
            "inside it were measured"
        )
        how = "more often"
    else:
        return
    yield Code.EDGE_NOT_COVERED.finding(severity, where=_where(data), shortage=shortage, how=how)


def _gap(data: TargetData) -> Iterator[Finding]:
    times = data.snapshots.times
    between = np.diff(times[data.edges.scrapes])
    if not len(between) or data.record.alternation:  # builds that take turns are scraped at the edges
        return
    usual, longest = float(np.median(np.diff(times))), float(between.max())
    if longest > MIN_GAP_INTERVALS * usual:
        share = longest / data.record.window.duration
        severity = Severity.INVALID if share > MAX_GAP_SHARE else Severity.WARNING
        yield Code.SCRAPE_GAP.finding(
            severity, where=_where(data), longest=seconds(longest), usual=seconds(usual)
        )


def _not_reconciled(data: TargetData) -> Iterator[Finding]:
    if not data.reconciliation:
        yield Code.NOT_RECONCILED.finding(where=_where(data))


def _disagreement(data: TargetData) -> Iterator[Finding]:
    wrong = [row for row in data.reconciliation if not row.agrees]
    absent = [row for row in wrong if not row.server_whole]
    unnamed = [row for row in wrong if not row.client_whole]
    if absent and unnamed:
        named, executed = (listed(row.operation for row in rows) for rows in (absent, unnamed))
        yield Code.NAMES_DIFFER.finding(where=_where(data), named=named, executed=executed)
        wrong = [row for row in wrong if row.server_whole and row.client_whole]
    if wrong:
        counts = listed(
            f"{row.operation} (client {row.client_whole}, server {row.server_whole})" for row in wrong
        )
        advice = process_signs.explain(data.reconciliation)
        yield Code.COUNTS_DISAGREE.finding(where=_where(data), wrong=counts, advice=advice)


def _abandoned(record: RunRecord, target: TargetRecord) -> Iterator[Finding]:
    abandoned = sum(step.abandoned for step in target.whole_run)
    started = sum(step.started for step in target.whole_run)
    if abandoned:
        severity = Severity.INVALID if abandoned > MAX_ABANDONED * started else Severity.WARNING
        yield Code.ABANDONED_REQUESTS.finding(
            severity, where=_side(record, target), abandoned=abandoned, started=started
        )


def is_saturated(generator: Generator) -> bool:
    """Whether a load generator did not keep up."""
    return generator.cpu_utilisation > MAX_GENERATOR_CPU or generator.loop_lag_p99 > MAX_LAG


def _saturated(record: RunRecord) -> Iterator[Finding]:
    generator = record.generator
    if is_saturated(generator) and not both_sides_wait(record):
        yield Code.GENERATOR_SATURATED.finding(
            core=f"{percent(generator.cpu_utilisation)}",
            lag=seconds(generator.loop_lag_p99),
            advice=_generator_advice(record),
        )


def _generator_advice(record: RunRecord) -> str:
    """What helps a load generator that was late: less work if it filled its core, else a quieter machine."""
    machine, used = record.environment, record.generator.cpu_utilisation
    load_average = machine.load_average[0]
    waited = used <= MAX_GENERATOR_CPU and environments.is_busy(load_average, machine.cores)
    if waited or used < IDLE_GENERATOR_CPU:
        return (
            f"other work held the machine (load average {load_average:.1f} on {machine.cores} cores): run "
            "again when it is quiet"
        )
    return "use more workers or a faster machine" if record.users == 1 else "use fewer users or more workers"


def _late(record: RunRecord) -> Iterator[Finding]:
    """Response times since a journey was due then hold the generator's own delay."""
    arrivals = record.arrivals
    if arrivals and arrivals.late_p99 > MAX_LAG:
        yield Code.GENERATOR_LATE.finding(late=seconds(arrivals.late_p99), limit=seconds(MAX_LAG))


def _not_offered(record: RunRecord) -> Iterator[Finding]:
    arrivals = record.arrivals
    if arrivals is None:
        return
    at_edges = JOURNEYS_AT_EDGES * max(len(record.workers), 1)
    if arrivals.due - arrivals.offered > at_edges + MAX_MISSING * arrivals.due:
        yield Code.LOAD_NOT_OFFERED.finding(offered=arrivals.offered, due=arrivals.due)


def _shortfall(record: RunRecord) -> Iterator[Finding]:
    rates, arrivals = record.rates, record.arrivals
    missing = (rates.offered - rates.achieved) * record.window.duration
    if missing > MAX_SHORTFALL * rates.offered * record.window.duration + _chance(arrivals):
        yield Code.LOAD_NOT_ACHIEVED.finding(
            achieved=f"{rates.achieved:.1f}",
            offered=f"{rates.offered:.1f}",
            unit=rates.unit,
            backlog=_backlog(arrivals),
        )


def _chance(arrivals: Arrivals | None) -> float:
    """How many more journeys may be under way when the window closes than when it opened, without a backlog.

    Both are Poisson counts of one mean, and of that the first tells: the mean is about one more than it, as
    nothing was seen of what is rare. The count at the end tells nothing, as a backlog makes it large.
    """
    return CHANCE_DEVIATIONS * sqrt(2 * (arrivals.under_way_at_start + 1)) if arrivals else 0.0


def _backlog(arrivals: Arrivals | None) -> str:
    if arrivals is None or arrivals.under_way_at_end <= arrivals.under_way_at_start:
        return ""
    return (
        f", {arrivals.under_way_at_start} were under way when the window opened and "
        f"{arrivals.under_way_at_end} when it closed"
    )


def _dropped(record: RunRecord) -> Iterator[Finding]:
    arrivals = record.arrivals
    if arrivals and arrivals.dropped:
        many = arrivals.dropped > MAX_MISSING * arrivals.offered
        yield Code.ARRIVALS_DROPPED.finding(
            Severity.INVALID if many else Severity.WARNING,
            dropped=arrivals.dropped,
            offered=arrivals.offered,
            pool=arrivals.pool,
            advice=_more_users(record),
        )


def _more_users(record: RunRecord) -> str:
    """Those of a plan are there from the start."""
    return "allow more --users" if record.plan else "allow more --max-users (mario-perf: --users)"


def _cut_short(record: RunRecord) -> Iterator[Finding]:
    plan = record.plan
    if plan and plan.finished < plan.journeys:
        yield Code.PLAN_CUT_SHORT.finding(
            finished=plan.finished, journeys=plan.journeys, scenario=record.scenario
        )


def _lost_workers(record: RunRecord) -> Iterator[Finding]:
    for worker in record.lost_workers:
        in_window = worker.at > record.window.start
        when = "in the window" if in_window else "before the window"
        severity = Severity.INVALID if in_window else Severity.WARNING
        yield Code.WORKER_LOST.finding(severity, worker=worker.index, when=when)


def _warnings(record: RunRecord) -> Iterator[Finding]:
    for warning in record.warnings:
        yield Code.LOAD_WARNING.finding(warning=warning)


def _run_edges(data: TargetData) -> Edges:
    return around(data.snapshots.times, data.record.whole_run)


def _where(data: TargetData) -> str:
    return _side(data.record, data.target)


def _side(record: RunRecord, target: TargetRecord) -> str:
    """Which service, where there are two."""
    return f"{target.side}: " if len(record.targets) > 1 else ""
