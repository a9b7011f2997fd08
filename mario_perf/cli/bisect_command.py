"""``mario-perf bisect``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from mario_perf import message_lines
from mario_perf.builds import origin
from mario_perf.cli.duet_duration_option import duet_duration_option
from mario_perf.cli.exit_codes import BISECT_EXIT_CODES, ExitCode
from mario_perf.cli.policy_option import policy_option
from mario_perf.cli.runs_dir_option import runs_dir_option
from mario_perf.cli.store_option import store_option
from mario_perf.gate import bisect_session
from mario_perf.gate.bisect_session import BisectRequest
from mario_perf.gate.commit_duet import DuetRequest
from mario_perf.gate.load_plan import ROUND_WINDOW
from mario_perf.reports.trends import bisection_report

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    epilog=f"""\b
Examples:
  mario-perf bisect --operation GetMenuQuery v1.4..HEAD
  mario-perf bisect --operation PlaceOrderCommand --metric p95 \\
      --duet-duration 90 1a2b3c4..5d6e7f8

{BISECT_EXIT_CODES}"""
)
@click.argument("commits", metavar="GOOD..BAD")
@click.option("--operation", required=True, metavar="NAME", help="The operation that changed.")
@click.option(
    "--metric", default="latency", show_default=True, metavar="NAME", help="What changed of it, such as p95."
)
@click.option(
    "--most-duets", type=click.IntRange(1), default=10, show_default=True, help="Most duets to play."
)
@duet_duration_option("Time of a duet. A smaller change needs a longer one.")
@click.option(
    "--round-duration",
    type=click.FloatRange(2),
    default=ROUND_WINDOW,
    show_default=True,
    metavar="SECONDS",
    help="Measured time of one round.",
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@policy_option
@runs_dir_option("Each duet makes one in it.")
@store_option
def bisect(  # noqa: PLR0913, PLR0917 - an argument an option
    commits: str,
    operation: str,
    metric: str,
    most_duets: int,
    duet_duration: float,
    round_duration: float,
    format_: str,
    policy: Path | None,
    runs_dir: Path,
    where: str | None,
) -> ExitCode:
    """Which commit changed an operation?

    Plays short duets of commits after GOOD, up to BAD. Each duet is the one that is expected to say most.
    Load and policy are those of the working tree. Commits that do not start are skipped, and commits of a
    merge are searched like all others. What is measured joins the history; a search that is repeated goes on
    from there.
    """
    good, separator, bad = commits.partition("..")
    if not (good and separator) or bad.startswith("."):
        raise click.UsageError(f"{commits!r} is not a range; write GOOD..BAD, such as v1.4..HEAD")
    request = BisectRequest(
        operation,
        metric,
        good,
        bad or "HEAD",
        most_duets,
        DuetRequest(duet_duration, policy, runs_dir, round_duration),
        where,
    )
    result = bisect_session.run(
        request, origin.load_policy(policy, demo=False), partial(message_lines.say, error=True)
    )
    if format_ == "json":
        click.echo(bisection_report.document(result), nl=False)
    else:
        message_lines.say("\n".join(bisection_report.text(result)))
    return ExitCode.PASS if bisection_report.is_decided(result) else ExitCode.INCONCLUSIVE
