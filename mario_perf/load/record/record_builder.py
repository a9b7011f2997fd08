"""Builds the record of a run that has ended."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.load.credentials import without_credentials
from mario_perf.load.record.step_counters import TargetCounters
from mario_perf.load.users.group_report import merge_reports
from mario_perf.run_record import Arrivals, PlanCounts, Rates, RunRecord, Span, TargetRecord, Worker

if TYPE_CHECKING:
    from mario_perf.load.options.run_options import Options
    from mario_perf.load.record.run_phases import RunInProgress
    from mario_perf.load.users.group_report import GroupReport
    from mario_perf.load.users.load_target import LoadTarget
    from mario_perf.run_record import Side


@dataclass(frozen=True, slots=True)
class LoadProfile:
    """The load in Locust's terms; ``distributed`` over worker processes or in this one.

    ``journeys`` is their fixed number in the scenario, or 0. ``measured_users`` says whether there are any.
    """

    users: int
    spawn_rate: float
    journeys: int
    distributed: bool
    measured_users: bool = True
    tags: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    users_over_time: tuple[tuple[float, int], ...] = ()


def record(run: RunInProgress, profile: LoadProfile) -> RunRecord:
    """Build the content of ``run.json``. The run must have ended."""
    options = run.options
    total = merge_reports(run.reports)
    window = run.window or Span(start=run.whole_run.end, end=run.whole_run.end)
    return RunRecord(
        run_id=run.folder.name,
        scenario=options.scenario,
        seed=options.seed,
        model="closed" if options.rate is None else "open",
        users=profile.users,
        users_over_time=profile.users_over_time,
        spawn_rate=profile.spawn_rate,
        shape=options.shape.name,
        think=options.think if profile.measured_users and options.rate is None else None,
        command=("locust", *sys.argv[1:]),
        tags=profile.tags,
        exclude_tags=profile.exclude_tags,
        whole_run=run.whole_run,
        window=window,
        rates=_rates(total, window),
        arrivals=_arrivals(run, profile, total),
        alternation=run.alternation,
        plan=PlanCounts(journeys=profile.journeys, finished=total.completed_iterations)
        if profile.journeys
        else None,
        generator=total.generator,
        environment=run.environment,
        workers=tuple(_worker(report) for report in run.reports) if profile.distributed else (),
        lost_workers=run.groups.lost_workers,
        targets=tuple(_target(run, target, total) for target in run.targets),
        reference=_target(run, run.reference, total) if run.reference else None,
        scrape_interval=options.scrape_interval if run.scraped else None,
        warnings=(*run.warnings, *_final_warnings(run, total)),
    )


def _rates(total: GroupReport, window: Span) -> Rates:
    seconds = window.duration or float("inf")
    if total.arrivals is not None:
        return Rates(
            offered=total.arrivals.offered / seconds,
            achieved=total.arrivals.finished / seconds,
            unit="journeys",
        )
    sides = total.of_services
    return Rates(
        offered=sum(counters.started for counters in sides) / seconds,
        achieved=sum(counters.responses for counters in sides) / seconds,
    )


def _arrivals(run: RunInProgress, profile: LoadProfile, total: GroupReport) -> Arrivals | None:
    options = run.options
    if total.arrivals is None or options.rate is None:
        return None
    return Arrivals(
        kind=options.arrivals,
        rate=options.rate,
        max_users=profile.users if profile.journeys else options.max_users,
        **total.arrivals.record().model_dump(),
    )


def _worker(report: GroupReport) -> Worker:
    return Worker(
        index=report.index,
        users=report.users,
        started=sum(counters.started for counters in report.of_services),
        seeds=report.seeds,
        generator=report.generator,
        arrivals=report.arrivals.record() if report.arrivals else None,
    )


def _target(run: RunInProgress, target: LoadTarget, total: GroupReport) -> TargetRecord:
    window = total.window.get(target.side, TargetCounters())
    whole = total.warm_up.get(target.side, TargetCounters()) + window
    options = run.options
    return TargetRecord(
        side=target.side,
        url=without_credentials(target.url),
        metrics_url=without_credentials(run.metrics_url(target)),
        revision=_revision(options, target.side),
        whole_run=whole.counts(),
        in_window=window.counts(),
        latencies=window.latencies(),
        latencies_from_intended=window.latencies_from_intended(),
    )


def _revision(options: Options, side: Side) -> str | None:
    revisions = {"baseline": options.baseline_revision, "candidate": options.revision}
    return revisions.get(side)


def _final_warnings(run: RunInProgress, total: GroupReport) -> list[str]:
    """Warnings that need the whole run."""
    warnings = []
    if run.window is None:
        warnings.append(
            "the run ended before its window opened; give it a longer --run-time or a shorter --warm-up"
        )
    differences = [
        f"{count} {what} one side only"
        for count, what in (
            (total.disagreements.answers, "steps succeeded on"),
            (total.disagreements.skipped, "could be sent to"),
        )
        if count
    ]
    if differences:
        warnings.append(f"the sides differed: {', '.join(differences)}")
    return warnings
