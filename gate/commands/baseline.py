"""``mario-perf baseline``."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from analysis import baselines, policy_file, runs
from analysis.judge import measured
from analysis.sources.scrapes import ScrapeSource
from gate.commands.exit_codes import NO_VERDICT


@click.group(
    epilog=f"""\b
Examples:
  mario-perf baseline save                 add the latest run, then list what there is
  mario-perf baseline list

{NO_VERDICT}"""
)
def baseline() -> None:
    """Stored baselines: runs that later ones are compared with."""


@baseline.command(
    epilog=f"""\b
Examples:
  mario-perf baseline save                 add the latest run
  mario-perf baseline save --run runs/ID --keep 10

{NO_VERDICT}"""
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


@baseline.command(
    "list",
    epilog=f"""\b
Examples:
  mario-perf baseline list                 path, scenario, number of runs, processor

{NO_VERDICT}""",
)
def list_() -> None:
    """All stored baselines."""
    found = baselines.found()
    for path in found:
        stored = baselines.load(path)
        click.echo(f"{path}: {stored.scenario}, {len(stored.runs)} runs, {stored.environment.cpu_model}")
    if not found:
        click.echo("no baselines yet; save one with mario-perf baseline save")


@baseline.command(
    epilog=f"""\b
Examples:
  mario-perf baseline show baselines/mario/ENVIRONMENT.json      a path that list named

{NO_VERDICT}"""
)
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
