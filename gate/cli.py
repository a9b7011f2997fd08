"""The command line: ``mario-perf``."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from rich.console import Console
from rich.table import Table

from analysis import baselines, compare, policy_file, runs
from analysis.errors import UserError
from analysis.judge import measured
from analysis.sources.scrapes import ScrapeSource
from gate import session
from gate.wish import Wish

if TYPE_CHECKING:
    from types import FrameType

EXIT_CODES = """\b
Exit codes:
  0    pass: no operation is slower or fails more often
  1    unexpected error of the tool
  2    usage, configuration or unreadable input
  3    regressed
  4    inconclusive, or a run that cannot be judged (perf.toml may map it to 0 or 3)
  130  interrupted"""

AS_STORED = ""


@click.group(epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mario-perf")
def cli() -> None:
    """A performance gate for CQRS services that people believe.

    It says pass, regressed or inconclusive, with the evidence in a report.
    """


@cli.command(
    epilog=f"""\b
Examples:
  mario-perf gate                                   the working tree against the main branch
  mario-perf gate --against v1.2                    against a revision
  mario-perf gate --slow PlaceOrderCommand=1.1      does it see 10 %? (the candidate is slowed)
  mario-perf gate --baseline                        against runs that were kept
  mario-perf gate --baseline-url http://127.0.0.1:8001 --candidate-url http://127.0.0.1:8002

{EXIT_CODES}"""
)
@click.option(
    "--against", metavar="REV", help="Baseline build. Default: where this branch left the main branch."
)
@click.option(
    "--baseline",
    is_flag=False,
    flag_value=AS_STORED,
    metavar="[PATH]",
    help="Compare with stored runs instead of a build beside it; without PATH those of this environment.",
)
@click.option("--baseline-url", metavar="URL", help="Duet of running services: the baseline.")
@click.option("--candidate-url", metavar="URL", help="Duet of running services: the candidate.")
@click.option(
    "--users",
    type=click.IntRange(1),
    help="Concurrent users. Default: the policy's, or 2 in a duet, 20 else.",
)
@click.option(
    "--duration",
    type=click.FloatRange(5),
    metavar="SECONDS",
    help="With --baseline: measured time. Default 60.",
)
@click.option(
    "--max-duration",
    type=click.FloatRange(10),
    default=180.0,
    show_default=True,
    metavar="SECONDS",
    help="A duet ends after this time at the latest.",
)
@click.option(
    "--rounds",
    type=click.IntRange(1),
    help="A duet ends after so many rounds at the latest. Default: as many as there is time for.",
)
@click.option(
    "--until-decided/--whole-duration",
    default=True,
    help="End a duet as soon as the outcome is known (default), or use the whole time.",
)
@click.option(
    "--round-duration",
    type=click.FloatRange(2),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="Measured time of one round of a duet.",
)
@click.option("--seed", type=int, help="Start of all random choices. Default: the policy's, 1.")
@click.option(
    "--slow", multiple=True, metavar="OP=FACTOR", help="Candidate: the handler takes 1.2 times as long."
)
@click.option("--delay", multiple=True, metavar="OP=TIME", help="Candidate: the handler takes 5ms longer.")
@click.option("--fail", multiple=True, metavar="OP=RATIO", help="Candidate: 0.02 of all executions fail.")
@click.option(
    "--prometheus",
    metavar="URL|auto",
    help="Read the metrics from a Prometheus that scrapes the services; auto starts one for the gate.",
)
@click.option("--policy", type=click.Path(path_type=Path), help="Default: perf.toml, if there is one.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("runs"),
    show_default=True,
    help="Folder for runs.",
)
def gate(**options: object) -> int:
    """Is the working tree slower than the code it came from?

    Starts both builds side by side, drives them with the same journeys at the same time, and compares every
    command and query. Ends as soon as it knows.
    """
    return session.run(Wish(**options))  # type: ignore[arg-type]


@cli.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def serve(arguments: tuple[str, ...]) -> NoReturn:
    """Serve Mario's Pizzeria, the built-in service. See: mario-perf serve --help."""
    os.execv(sys.executable, [sys.executable, "-m", "pizzeria", *arguments])  # noqa: S606 - no shell


@cli.command(
    "compare",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def compare_command(arguments: tuple[str, ...]) -> int:
    """Judge a run that was recorded. See: mario-perf compare --help."""
    return compare.main(arguments)


@cli.group()
def baseline() -> None:
    """Stored baselines: runs that later ones are compared with."""


@baseline.command(
    epilog="""\b
Examples:
  mario-perf baseline save                 add the latest run
  mario-perf baseline save --run runs/ID --keep 10"""
)
@click.option(
    "--run", type=click.Path(path_type=Path), default=runs.LATEST, show_default=True, help="The run's folder."
)
@click.option(
    "--keep", type=click.IntRange(1), default=baselines.KEPT, show_default=True, help="Newest runs that stay."
)
@click.option("--policy", type=click.Path(path_type=Path), help="Default: perf.toml, if there is one.")
def save(run: Path, keep: int, policy: Path | None) -> None:
    """Add a run to the baseline of its scenario and environment."""
    loaded = runs.load(run)
    source = ScrapeSource(loaded.directory, policy_file.load(policy).metrics)
    kept = baselines.save(measured(loaded, source).candidate, keep=keep)
    click.echo(f"{kept.path}: {len(kept.runs)} runs")


@baseline.command("list")
def list_() -> None:
    """All stored baselines."""
    found = baselines.found()
    for path in found:
        stored = baselines.load(path)
        click.echo(f"{path}: {stored.scenario}, {len(stored.runs)} runs, {stored.environment.cpu_model}")
    if not found:
        click.echo("no baselines yet; save one with mario-perf baseline save")


@baseline.command()
@click.argument("path", type=click.Path(path_type=Path))
def show(path: Path) -> None:
    """What a baseline holds."""
    stored = baselines.load(path)
    table = Table(box=None, pad_edge=False)
    for heading in ("run", "revision", "seconds", "operations", "executions"):
        table.add_column(heading)
    for run in stored.runs:
        executions = sum(each.executions for each in run.measurements.values())
        table.add_row(
            run.run_id,
            run.revision or "unknown",
            f"{run.window.duration:.0f}",
            str(len(run.measurements)),
            f"{executions:,}",
        )
    Console().print(table)


def main() -> int:
    """Run a command; returns the exit code, and never a traceback."""
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        return cli.main(standalone_mode=False) or 0
    except UserError as error:
        click.echo(f"mario-perf: {error}", err=True)
        return error.exit_code
    except click.exceptions.Exit as stopped:
        return stopped.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("mario-perf: interrupted; all that was started is stopped", err=True)
        return 130
    except Exception as error:  # noqa: BLE001 - the last resort: a line for the user, and where it was
        place = traceback.extract_tb(error.__traceback__)[-1]
        click.echo(
            f"mario-perf: unexpected error, please report: {error!r} in {place.name}, "
            + "; ".join((f"{Path(place.filename).name}:{place.lineno}", *getattr(error, "__notes__", ()))),
            err=True,
        )
        return 1


def _interrupted(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - a handler's signature
    raise KeyboardInterrupt
