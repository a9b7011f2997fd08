"""From a run that has ended to its record."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf.load.credentials import without_credentials
from mario_perf.load.record.step_counters import Tally
from mario_perf.load.users.user_group import merged
from mario_perf.run_record import Arrivals, PlanCounts, Rates, RunRecord, Span, TargetRecord, Worker

if TYPE_CHECKING:
    from mario_perf.load.record.run_phases import Run
    from mario_perf.load.users.step_session import Target
    from mario_perf.load.users.user_group import CrewReport


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who makes the load, in Locust's terms; ``distributed`` over worker processes or in this one.

    ``planned`` is the number of journeys of a scenario where it is fixed, else 0.
    """

    users: int
    spawn_rate: float
    planned: int
    distributed: bool


def record(run: Run, crowd: Crowd) -> RunRecord:
    """What goes into ``run.json``. The run must have ended."""
    options = run.options
    done = merged(run.reports)
    window = run.window or Span(start=run.whole_run.end, end=run.whole_run.end)
    return RunRecord(
        run_id=run.folder.name,
        scenario=options.scenario,
        seed=options.seed,
        model="closed" if options.rate is None else "open",
        users=crowd.users,
        spawn_rate=crowd.spawn_rate,
        shape=options.shape.name,
        command=("locust", *sys.argv[1:]),
        whole_run=run.whole_run,
        window=window,
        rates=_rates(done, window),
        arrivals=_arrivals(run, crowd, done),
        plan=PlanCounts(journeys=crowd.planned, finished=done.planned_made) if crowd.planned else None,
        generator=done.generator,
        environment=run.environment,
        workers=tuple(_worker(report) for report in run.reports) if crowd.distributed else (),
        lost_workers=run.crews.lost,
        targets=tuple(_target(run, target, done) for target in run.targets),
        scrape_interval=options.scrape_interval if run.scraped else None,
        warnings=(*run.warnings, *_conclusions(run, done)),
    )


def _rates(done: CrewReport, window: Span) -> Rates:
    seconds = window.duration or float("inf")
    if done.ledger is not None:
        return Rates(
            offered=done.ledger.offered / seconds, achieved=done.ledger.finished / seconds, unit="journeys"
        )
    tallies = done.window.values()
    return Rates(
        offered=sum(tally.started for tally in tallies) / seconds,
        achieved=sum(tally.answered for tally in tallies) / seconds,
    )


def _arrivals(run: Run, crowd: Crowd, done: CrewReport) -> Arrivals | None:
    options = run.options
    if done.ledger is None or options.rate is None:
        return None
    return Arrivals(
        kind=options.arrivals,
        rate=options.rate,
        max_users=crowd.users if crowd.planned else options.max_users,
        **done.ledger.record().model_dump(),
    )


def _worker(report: CrewReport) -> Worker:
    return Worker(
        index=report.index,
        users=report.users,
        started=sum(tally.started for tally in report.window.values()),
        seeds=report.seeds,
        generator=report.generator,
        arrivals=report.ledger.record() if report.ledger else None,
    )


def _target(run: Run, target: Target, done: CrewReport) -> TargetRecord:
    window = done.window.get(target.side, Tally())
    whole = done.warm_up.get(target.side, Tally()).merged(window)
    options = run.options
    return TargetRecord(
        side=target.side,
        url=without_credentials(target.url),
        metrics_url=without_credentials(run.metrics_url(target)),
        revision=options.baseline_revision if target.side == "baseline" else options.revision,
        whole_run=whole.counts(),
        in_window=window.counts(),
        latencies=window.latencies(),
        latencies_from_intended=window.latencies_from_intended(),
    )


def _conclusions(run: Run, done: CrewReport) -> list[str]:
    """What only the end shows."""
    found = []
    if run.window is None:
        found.append("the run ended before its window opened; run longer, or with a shorter --warm-up")
    apart = done.disagreements
    if apart.answers or apart.skipped:
        found.append(
            f"the sides differed: {apart.answers} steps succeeded on one side only, "
            f"{apart.skipped} could be sent to one side only"
        )
    return found
