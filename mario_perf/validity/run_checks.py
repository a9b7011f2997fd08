"""Whether a run can be judged, and what a reader must know of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.durations import formatted
from mario_perf.errors import listed
from mario_perf.model import Finding, Severity
from mario_perf.sources.counters import around
from mario_perf.validity import metrics_checks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from mario_perf.model import Reconciliation, Snapshots
    from mario_perf.run_record import Arrivals, Generator, RunRecord, TargetRecord
    from mario_perf.sources.counters import Edges

    Floats = NDArray[np.float64]

GAP = 3.0
"""Scrape intervals without a scrape that are told as a gap."""

LONGEST_GAP = 0.25
FEWEST_COVERED = 0.5
MOST_ABANDONED = 0.01
MOST_MISSING = 0.001
BUSIEST_GENERATOR = 0.9
LONGEST_LAG = 0.05
LARGEST_SHORTFALL = 0.05
SURE_DEVIATIONS = 3.0
"""Limits of a valid run. Of the window: the longest gap, the least that scrapes cover. Of all requests: those
given up on. Of all arrivals: those that never came, and those for whom nobody was free. Of the generator: its
core, and its loop's lag and the lateness of its journeys at p99 in seconds. Of the offered load: what was not
achieved, and the standard deviations of chance that are not held against it."""

AT_EDGES = 2
"""Journeys of each process that may be due in the very moment when the window closes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One side of one run, as far as findings need it. ``exact``: the client's counts confirm the edges."""

    snapshots: Snapshots
    record: RunRecord
    target: TargetRecord
    edges: Edges
    exact: bool
    reconciliation: tuple[Reconciliation, ...]


def of(seen: Seen) -> tuple[Finding, ...]:
    """All findings on one side of a run."""
    checks = (
        _restart,
        _reset,
        _not_covered,
        _gap,
        _disagreement,
        _abandoned,
    )
    return (
        *(finding for check in checks for finding in check(seen)),
        *metrics_checks.of(seen.snapshots, seen.record, seen.target),
        *of_load(seen.record),
    )


def of_load(record: RunRecord) -> tuple[Finding, ...]:
    """What is found on the load itself, whatever the service says."""
    checks = (_saturated, _late, _lost_workers, _not_offered, _shortfall, _dropped, _cut_short, _warnings)
    return tuple(finding for check in checks for finding in check(record))


def _restart(seen: Seen) -> Iterator[Finding]:
    starts = seen.snapshots.starts[_whole(seen).scrapes]
    known = np.unique(starts[~np.isnan(starts)])
    if len(known) > 1:
        yield _invalid(
            "restart",
            f"{_where(seen)}the service was restarted during the run; look into its log, then run again",
        )


def _reset(seen: Seen) -> Iterator[Finding]:
    executions = seen.snapshots.executions[_whole(seen).scrapes]
    fell = np.flatnonzero((np.diff(executions, axis=0) < 0).any(axis=0))
    if len(fell):
        names = [seen.snapshots.operations[index].name for index in fell]
        yield _invalid(
            "counter-reset", f"{_where(seen)}counters fell during the run: {listed(names)}; run again"
        )


def _not_covered(seen: Seen) -> Iterator[Finding]:
    times, whole, window = seen.snapshots.times, seen.record.whole_run, seen.record.window
    if times[0] > whole.start or times[-1] < whole.end:
        yield _invalid(
            "edge-not-covered",
            f"{_where(seen)}scrapes cover {formatted(float(times[-1] - times[0]))}, not the whole run of "
            f"{formatted(whole.duration)}; scrape from before it until after it",
        )
    elif not seen.exact:
        covered = float(times[seen.edges.last] - times[seen.edges.first])
        severity = Severity.WARNING if covered >= FEWEST_COVERED * window.duration else Severity.INVALID
        yield Finding(
            "edge-not-covered",
            severity,
            f"{_where(seen)}no scrape fits the window's edges: of {formatted(window.duration)}, "
            f"{formatted(covered)} inside it were measured; scrape more often",
        )


def _gap(seen: Seen) -> Iterator[Finding]:
    times = seen.snapshots.times
    between = np.diff(times[seen.edges.scrapes])
    if not len(between):
        return
    usual, longest = float(np.median(np.diff(times))), float(between.max())
    if longest > GAP * usual:
        share = longest / seen.record.window.duration
        yield Finding(
            "scrape-gap",
            Severity.INVALID if share > LONGEST_GAP else Severity.WARNING,
            f"{_where(seen)}no scrape for {formatted(longest)}, usually one every {formatted(usual)}; "
            "the service may have been too busy to answer",
        )


def _disagreement(seen: Seen) -> Iterator[Finding]:
    wrong = [
        f"{row.operation} (client {row.client_whole}, server {row.server_whole})"
        for row in seen.reconciliation
        if not row.agrees
    ]
    if wrong:
        yield _invalid(
            "counts-disagree",
            f"{_where(seen)}client and server counted differently: {listed(wrong)}; "
            "see that nothing else uses the service",
        )
    if not seen.reconciliation:
        yield _note(
            "not-reconciled", f"{_where(seen)}no step names its operation, so counts cannot be compared"
        )


def _abandoned(seen: Seen) -> Iterator[Finding]:
    abandoned = sum(step.abandoned for step in seen.target.whole_run)
    started = sum(step.started for step in seen.target.whole_run)
    if abandoned:
        yield Finding(
            "abandoned-requests",
            Severity.INVALID if abandoned > MOST_ABANDONED * started else Severity.WARNING,
            f"{_where(seen)}{abandoned} of {started} requests were never answered",
        )


def saturated(generator: Generator) -> bool:
    """Whether a load generator did not keep up."""
    return generator.cpu_utilisation > BUSIEST_GENERATOR or generator.loop_lag_p99 > LONGEST_LAG


def waits_alike(record: RunRecord) -> bool:
    """Whether a late load generator harms neither side: each step goes to both, and nothing is due."""
    return record.model == "closed" and len(record.targets) > 1


def _saturated(record: RunRecord) -> Iterator[Finding]:
    generator = record.generator
    if saturated(generator) and not waits_alike(record):
        yield _invalid(
            "generator-saturated",
            f"the load generator did not keep up: {generator.cpu_utilisation:.0%} of its core, "
            f"{formatted(generator.loop_lag_p99)} late at p99; use fewer users or more workers",
        )


def _late(record: RunRecord) -> Iterator[Finding]:
    """Response times since a journey was due then hold the generator's own delay."""
    arrivals = record.arrivals
    if arrivals and arrivals.late_p99 > LONGEST_LAG:
        yield _invalid(
            "generator-late",
            f"the load generator was late: at p99 journeys began {formatted(arrivals.late_p99)} after they "
            f"were due, limit {formatted(LONGEST_LAG)}; offer less, or use more workers or a quieter machine",
        )


def _not_offered(record: RunRecord) -> Iterator[Finding]:
    arrivals = record.arrivals
    if arrivals is None:
        return
    at_edges = AT_EDGES * max(len(record.workers), 1)
    if arrivals.due - arrivals.offered > at_edges + MOST_MISSING * arrivals.due:
        yield _invalid(
            "load-not-offered",
            f"the load generator offered {arrivals.offered} of the {arrivals.due} journeys that were due in "
            "the window; offer less, or use more workers or a quieter machine",
        )


def _shortfall(record: RunRecord) -> Iterator[Finding]:
    rates, arrivals = record.rates, record.arrivals
    missed = (rates.offered - rates.achieved) * record.window.duration
    if missed > LARGEST_SHORTFALL * rates.offered * record.window.duration + _chance(arrivals):
        yield _invalid(
            "load-not-achieved",
            f"{rates.achieved:.1f} of {rates.offered:.1f} {rates.unit} a second were achieved"
            f"{_backlog(arrivals)}; offer less",
        )


def _chance(arrivals: Arrivals | None) -> float:
    """How many more journeys may be under way when the window closes than when it opened, without a backlog.

    Both are Poisson counts of one mean, and of that the first tells: the mean is about one more than it, as
    nothing was seen of what is rare. The count at the end tells nothing, as a backlog makes it large.
    """
    return SURE_DEVIATIONS * sqrt(2 * (arrivals.under_way_at_start + 1)) if arrivals else 0.0


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
        yield Finding(
            "arrivals-dropped",
            Severity.INVALID if arrivals.dropped > MOST_MISSING * arrivals.offered else Severity.WARNING,
            f"{arrivals.dropped} of {arrivals.offered} journeys found none of {arrivals.pool} users free, "
            f"and so have no response time; {_more_users(record)}, or offer less",
        )


def _more_users(record: RunRecord) -> str:
    """Those of a plan are there from the start."""
    return "allow more --users" if record.plan else "allow more --max-users (mario-perf: --users)"


def _cut_short(record: RunRecord) -> Iterator[Finding]:
    plan = record.plan
    if plan and plan.finished < plan.journeys:
        yield _invalid(
            "plan-cut-short",
            f"{plan.finished} of the {plan.journeys} journeys of {record.scenario} came to their end; "
            "run it without --run-time, and until it ends",
        )


def _lost_workers(record: RunRecord) -> Iterator[Finding]:
    for worker in record.lost_workers:
        in_window = worker.at > record.window.start
        when = "in the window" if in_window else "before the window"
        yield Finding(
            "worker-lost",
            Severity.INVALID if in_window else Severity.WARNING,
            f"worker {worker.index} was lost {when}, with all that it had counted; run again",
        )


def _warnings(record: RunRecord) -> Iterator[Finding]:
    for warning in record.warnings:
        yield _warning("load-warning", warning)


def _whole(seen: Seen) -> Edges:
    return around(seen.snapshots.times, seen.record.whole_run)


def _where(seen: Seen) -> str:
    """Which service, where there are two."""
    return f"{seen.target.side}: " if len(seen.record.targets) > 1 else ""


def _note(code: str, message: str) -> Finding:
    return Finding(code, Severity.NOTE, message)


def _warning(code: str, message: str) -> Finding:
    return Finding(code, Severity.WARNING, message)


def _invalid(code: str, message: str) -> Finding:
    return Finding(code, Severity.INVALID, message)
