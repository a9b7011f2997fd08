"""``mario-perf baseline``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from mario_perf import message_lines, runs
from mario_perf.baselines import stored_baselines
from mario_perf.cli.exit_codes import COMMON_EXIT_CODES, STORE_EXIT_CODES
from mario_perf.cli.policy_option import policy_option
from mario_perf.comparison.operations import failures, service_reports_failures
from mario_perf.configuration import policy_file
from mario_perf.errors import NotKeptError, UserError, counted, listed
from mario_perf.judgement.round_selection import invalid_findings
from mario_perf.measurement.measured_run import measure_run
from mario_perf.sources.source import open_source
from mario_perf.validity import incidents

if TYPE_CHECKING:
    from mario_perf.measurement.measured_run import MeasuredRun
    from mario_perf.model import RunMeasurement


MAX_FAILED_SHARE = 0.1
"""Share of an operation's executions that may fail in a baseline without a warning."""


@click.group(
    epilog=f"""\b
Examples:
  mario-perf baseline save    store the latest run
  mario-perf baseline list

{COMMON_EXIT_CODES}"""
)
def baseline() -> None:
    """Store runs, to compare later runs with them."""


@baseline.command(
    epilog=f"""\b
Examples:
  mario-perf baseline save                          the latest run
  mario-perf baseline save --run runs/ID --keep 10  another, and keep ten

{STORE_EXIT_CODES}"""
)
@click.option(
    "--run",
    type=click.Path(path_type=Path),
    default=runs.LATEST,
    show_default=True,
    help="Folder of the run.",
)
@click.option(
    "--keep",
    type=click.IntRange(1),
    default=stored_baselines.MAX_RUNS,
    show_default=True,
    help="Number of newest runs that stay in the baseline.",
)
@policy_option
def save(run: Path, keep: int, policy: Path | None) -> None:
    """Add a run to the baseline of its scenario and environment."""
    loaded = runs.load(run)
    if incident := incidents.read(loaded.directory):
        raise NotKeptError(f"{loaded.record.run_id} is not kept, as it cannot be judged: {incident.message}")
    source = open_source(policy_file.load(policy))(loaded)
    measurement = _valid_measurement(measure_run(loaded, source))
    if warning := _failure_warning(measurement):
        message_lines.say(f"warning: {warning}", error=True)
    stored = stored_baselines.save(measurement, keep=keep)
    message_lines.say(f"{stored.path}: {counted(len(stored.runs), 'run')}")


def _failure_warning(run: RunMeasurement) -> str | None:
    """What a baseline should not hold: failures that later runs may have, too; None where few failed."""
    by_service = service_reports_failures([run])
    shares = {
        name: sum(failures([run], each.operation, by_service=by_service).values()) / each.executions
        for name, each in sorted(run.measurements.items())
    }
    failing = [f"{name} ({share:.0%})" for name, share in shares.items() if share > MAX_FAILED_SHARE]
    if not failing:
        return None
    return (
        f"{run.run_id}: many executions of {listed(failing)} failed, so later runs may fail as often and "
        "pass. Correct the service and save another run, or name expected errors in [metrics] "
        "ignored_error_types"
    )


def _valid_measurement(run: MeasuredRun) -> RunMeasurement:
    """What a run measured of its one service, if others can be judged by it.

    Raises:
        UserError: it is a round of a duet.
        NotKeptError: it could not be judged itself.
    """
    run_id = run.record.run_id
    if len(run.sides) > 1:
        raise UserError(
            f"{run_id} is not stored: in a duet two services share the machine; save a run of one service"
        )
    if problems := invalid_findings(run):
        raise NotKeptError(f"{run_id} is not stored, because it cannot be judged: {problems[0].message}")
    return run.candidate


@baseline.command(
    "list",
    epilog=f"""\b
Examples:
  mario-perf baseline list

{COMMON_EXIT_CODES}""",
)
def list_() -> None:
    """List the stored baselines: path, scenario, number of runs, processor."""
    paths = stored_baselines.find_all()
    for path in paths:
        stored = stored_baselines.load(path)
        message_lines.say(
            f"{path}: {stored.scenario}, {counted(len(stored.runs), 'run')}, {stored.environment.cpu_model}"
        )
    if not paths:
        message_lines.say("no baselines yet; save one with mario-perf baseline save")


@baseline.command(
    epilog=f"""\b
Examples:
  mario-perf baseline show baselines/mario/ENVIRONMENT.json

{COMMON_EXIT_CODES}"""
)
@click.argument("path", type=click.Path(path_type=Path))
def show(path: Path) -> None:
    """Show the runs of a stored baseline. PATH is one that list shows."""
    stored = stored_baselines.load(path)
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
