"""``mario-perf trend``."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mario_perf.builds import origin
from mario_perf.cli.duet_duration_option import duet_duration_option
from mario_perf.cli.exit_codes import COMMON_EXIT_CODES
from mario_perf.cli.policy_option import policy_option
from mario_perf.cli.runs_dir_option import runs_dir_option
from mario_perf.cli.store_option import store_option
from mario_perf.errors import UserError, nearest
from mario_perf.gate import confirm_session
from mario_perf.gate.commit_duet import DuetRequest
from mario_perf.history.change_points.segmentation import FALSE_ALARM_RATE, LEAST_CHANGE, SEPARATION, Rule
from mario_perf.history.operation_series import operation_series
from mario_perf.history.outlook import with_outlooks
from mario_perf.history.store_address import open_store
from mario_perf.history.trends import alert_of, trends
from mario_perf.reports import outputs, terminal_report
from mario_perf.reports.trends import trend_document, trend_page
from mario_perf.reports.trends.trend_terminal import print_trends

if TYPE_CHECKING:
    from mario_perf.configuration.policy import Policy
    from mario_perf.history.operation_series import OperationSeries
    from mario_perf.history.store import Store

METRIC = "latency"


@click.command(
    epilog=f"""\b
Examples:
  mario-perf trend                         typical time of each operation
  mario-perf trend --metric p95 --operation GetMenuQuery
  mario-perf trend --html runs/trend.html  a page of small charts
  mario-perf trend --confirm               play duets before reporting
  mario-perf trend --format json

{COMMON_EXIT_CODES}"""
)
@click.option("--operation", "operations", multiple=True, metavar="NAME", help="Only this one. Repeatable.")
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="NAME",
    help=f"Only this one, such as p95, or all. Repeatable. Default: {METRIC}, or all if it has no values.",
)
@click.option(
    "--false-alarm-rate",
    type=click.FloatRange(0, 1, min_open=True),
    default=FALSE_ALARM_RATE,
    show_default=True,
    help="The chance of a shift where nothing changed, for all series together.",
)
@click.option(
    "--least-change",
    type=click.FloatRange(0),
    default=LEAST_CHANGE,
    show_default=True,
    help="The smallest relative change of the level that matters.",
)
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page of small charts to this file.",
)
@click.option(
    "--confirm",
    is_flag=True,
    help="Play the two revisions around each new shift against each other: confirm it, or withdraw it.",
)
@duet_duration_option("With --confirm: time of a duet. At most six are played for a shift.")
@policy_option
@runs_dir_option("Each duet makes one in it.")
@click.option("--repository", metavar="URL", default="", help="With --html: link shifts to this web address.")
@store_option
def trend(  # noqa: PLR0913, PLR0917 - an argument an option
    operations: tuple[str, ...],
    metrics: tuple[str, ...],
    false_alarm_rate: float,
    least_change: float,
    format_: str,
    html: Path | None,
    confirm: bool,  # noqa: FBT001 - a command's flag
    duet_duration: float,
    policy: Path | None,
    runs_dir: Path,
    repository: str,
    where: str | None,
) -> None:
    """When did each operation become slower or faster for good, and where is it going?

    Shows lasting shifts in the history of gates and imported runs: the revisions between which they came,
    their size, and the chart of each operation. Outliers, single spikes and a change of machine are no
    shifts. What was reported once stays: later values add shifts, and move none. Another rate, another least
    change, or a choice of operations is a look that the history does not keep.
    """
    store = open_store(where, runs_dir)
    series = operation_series(store.batches(_metrics(store, operations, metrics), operations))
    rule = Rule(false_alarm_rate, SEPARATION, least_change)
    result = trends(series, rule, store.alerts())
    if confirm:
        request = DuetRequest(duet_duration, policy, runs_dir)
        confirm_session.run(result, store, request, origin.load_policy(policy, demo=False))
        result = trends(series, rule, store.alerts())
    elif not operations and (false_alarm_rate, least_change) == (FALSE_ALARM_RATE, LEAST_CHANGE):
        store.record(alert_of(one.series, shift) for one in result for shift in one.shifts if shift.is_new)
    result = with_outlooks(result, partial(_limit, origin.load_policy(policy, demo=False)), time.time())
    if html is not None:
        outputs.write_text(html, trend_page.render(result, repository))
    if format_ == "json":
        click.echo(trend_document.render(result), nl=False)
    else:
        print_trends(result, terminal_report.stdout())


def _metrics(store: Store, operations: tuple[str, ...], metrics: tuple[str, ...]) -> tuple[str, ...]:
    """The metrics to read; none for all of them.

    Raises:
        UserError: the history has no such operation or metric.
    """
    names = store.names()
    _check(operations, {operation for operation, _ in names})
    known = {metric for operation, metric in names if not operations or operation in operations}
    chosen = metrics or ((METRIC,) if METRIC in known else ())
    if "all" in chosen:
        return ()
    _check(chosen, known)
    return chosen


def _limit(policy: Policy, series: OperationSeries) -> float | None:
    """What a series must stay below by the policy."""
    return policy.of(series.operation).p95 if series.metric == "p95" else None


def _check(names: tuple[str, ...], known: set[str]) -> None:
    for name in names:
        if known and name not in known:
            raise UserError(f"{name}: the history has no such name; it has {nearest(name, known)}")
