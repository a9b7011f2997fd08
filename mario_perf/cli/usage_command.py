"""``mario-perf usage``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mario_perf import durations
from mario_perf.cli.exit_codes import USAGE_EXIT_CODES
from mario_perf.cli.matcher_option import match_option
from mario_perf.cli.policy_option import policy_option
from mario_perf.configuration import policy_file
from mario_perf.errors import UserError
from mario_perf.reports import terminal_report
from mario_perf.reports.usage import usage_document, usage_section
from mario_perf.reports.usage.usage_terminal import print_usage
from mario_perf.sources.connection import Connection
from mario_perf.usage.periods import periods
from mario_perf.usage.usage_source import UsageSource
from mario_perf.usage.usage_summary import summarise

if TYPE_CHECKING:
    from mario_perf.usage.usage_model import Usage

MIN_SPAN = 60.0


def _span(text: str) -> float:
    """Seconds of a time such as ``90m`` or ``7d``."""
    days = text.removesuffix("d")
    try:
        seconds = int(days) * durations.DAY if days != text and days.isdecimal() else durations.seconds(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if seconds < MIN_SPAN:
        raise click.BadParameter(f"{text} is too short; give at least a minute")
    return seconds


@click.command(
    epilog=f"""\b
Examples:
  mario-perf usage                                   the last day
  mario-perf usage --since 7d --before 30d --match job=pizzeria
  mario-perf usage --format json > usage.json
  mario-perf usage --report runs/latest/report.html  add it to a report

{USAGE_EXIT_CODES}"""
)
@click.option(
    "--since",
    type=_span,
    default="24h",
    show_default=True,
    metavar="TIME",
    help="Length of time to look at, such as 90m, 24h or 7d.",
)
@click.option(
    "--before",
    type=_span,
    default="7d",
    metavar="TIME",
    show_default=True,
    help="Length of time before that. It decides which operations are new or no longer used.",
)
@click.option(
    "--prometheus",
    metavar="URL",
    default="http://localhost:9090",
    show_default=True,
    help="The Prometheus server.",
)
@match_option("Labels of the service's targets, such as job=pizzeria. Default: all targets.")
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Add a section on usage to this report.html.",
)
@policy_option
def usage(  # noqa: PLR0913, PLR0917 - an argument an option
    since: float,
    before: float,
    prometheus: str,
    matchers: tuple[tuple[str, str], ...],
    format_: str,
    report: Path | None,
    policy: Path | None,
) -> None:
    """Show how a service is used, from the counters in Prometheus.

    Shows the use and the success of each operation, the balance of commands and queries, peak periods,
    errors by category, and which operations are new or no longer used. The time is divided into at most 28
    equal periods, and lengthened to a whole number of them.
    """
    metrics = policy_file.load(policy).metrics
    source = UsageSource(Connection(prometheus, matchers=dict(matchers)), metrics)
    summary = summarise(source.count(periods(since, float(int(time.time()))), before))
    if report is not None:
        _add_to_report(report, summary)
    if format_ == "json":
        click.echo(usage_document.render(summary), nl=False)
    else:
        print_usage(summary, terminal_report.stdout())


def _add_to_report(report: Path, summary: Usage) -> None:
    """Add the section to the report.

    Raises:
        UserError: there is no such report.
    """
    try:
        report.write_text(
            usage_section.add_section(report.read_text(encoding="utf-8"), summary), encoding="utf-8"
        )
    except OSError as error:
        raise UserError(f"--report {report}: {error.strerror}; give the report.html of a run") from error
    except ValueError as error:
        raise UserError(f"--report {report}: {error}; give the report.html of a run") from error
