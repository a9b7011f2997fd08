"""``mario-perf history``."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mario_perf import message_lines
from mario_perf.cli.exit_codes import COMMON_EXIT_CODES
from mario_perf.cli.policy_option import policy_option
from mario_perf.cli.store_option import store_option
from mario_perf.configuration import policy_file
from mario_perf.durations import DAY
from mario_perf.errors import UserError
from mario_perf.history import exports
from mario_perf.history.exports import ExportShape
from mario_perf.history.git_store import GitStore
from mario_perf.history.imports.context import UNKNOWN, Context
from mario_perf.history.imports.import_file import KNOWN, import_file
from mario_perf.history.imports.recorded_batch import recorded_batch
from mario_perf.history.operation_series import series_networks
from mario_perf.history.store_address import open_store
from mario_perf.reports.trends import network_text
from mario_perf.sources.source import open_source

if TYPE_CHECKING:
    from mario_perf.history.measurements import Batch


@click.group()
def history() -> None:
    """Add results to the history, check, copy, exchange or cut it."""


def _pair(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    if wrong := next((role for role, found, column in pairs if not (found and column)), None):
        raise click.BadParameter(f"{wrong!r} has no column; write ROLE=COLUMN")
    return {role: column for role, _, column in pairs}


@history.command(
    "import",
    epilog=f"""\b
Examples:
  mario-perf history import runs/20250101-120000
  mario-perf history import --revision "$(git rev-parse HEAD)" shop_stats.csv
  mario-perf history import --map time=date --map revision=commit \\
      --map value=p95_ms nightly.csv

{COMMON_EXIT_CODES}""",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--revision", default="", metavar="NAME", help="The build, where the file does not name it.")
@click.option(
    "--scenario", default="imported", show_default=True, metavar="NAME", help="The load; runs name their own."
)
@click.option(
    "--environment",
    default=UNKNOWN,
    show_default=True,
    metavar="NAME",
    help="The machine, where the file does not name it.",
)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    callback=_pair,
    metavar="ROLE=COLUMN",
    help="A column of a CSV: time, revision, operation, metric, environment or value. Repeatable. Without a "
    "value, each other column with numbers is an operation.",
)
@policy_option
@store_option
def import_results(  # noqa: PLR0913, PLR0917 - an argument an option
    paths: tuple[Path, ...],
    revision: str,
    scenario: str,
    environment: str,
    mapping: dict[str, str],
    policy: Path | None,
    where: str | None,
) -> None:
    """Add results to the history. What it has already is left out.

    PATHS are folders of runs, or files: Locust's CSV (PREFIX_stats.csv) or JSON, a k6 summary, the JSON of
    pytest-benchmark, the data of github-action-benchmark, or any CSV with --map.
    """
    source_of = open_source(policy_file.load(policy))
    batches: list[Batch] = []
    for path in paths:
        if path.is_dir():
            batches.append(recorded_batch(path, source_of))
        else:
            context = Context(path.stat().st_mtime, revision, scenario, environment)
            batches += import_file(path, context, mapping)
    if not any(batch.levels for batch in batches):
        raise UserError(f"{paths[0]}: holds no values; give {KNOWN}")
    added = open_store(where).append(batches)
    message_lines.say(f"{added} added, {len(batches) - added} there already")


@history.command(
    "export",
    epilog=f"""\b
Examples:
  mario-perf history export history.csv
  mario-perf history export --shape otava otava.csv

{COMMON_EXIT_CODES}""",
)
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--shape",
    type=click.Choice([each.value for each in ExportShape]),
    help="csv and parquet have a row a value; otava has a column an operation and metric, for Apache Otava. "
    "Default: by the ending.",
)
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="Only this one. Repeatable.")
@click.option("--operation", "operations", multiple=True, metavar="NAME", help="Only this one. Repeatable.")
@store_option
def export_values(
    path: Path,
    shape: str | None,
    metrics: tuple[str, ...],
    operations: tuple[str, ...],
    where: str | None,
) -> None:
    """Write the values of the history to PATH."""
    chosen = ExportShape(shape or (ExportShape.PARQUET if path.suffix == ".parquet" else ExportShape.CSV))
    count = exports.export(open_store(where).batches(metrics, operations), path, chosen)
    message_lines.say(f"{path}: {count:,} values")


def _days(_: click.Context, __: click.Parameter, given: str | None) -> float | None:
    if given is None:
        return None
    found = re.fullmatch(r"(\d+)d", given)
    if not found:
        raise click.BadParameter(f"{given!r} must be an age in days, such as 365d")
    return float(found[1]) * DAY


@history.command(
    "prune",
    epilog=f"""\b
Examples:
  mario-perf history prune --older-than 365d
  mario-perf history prune --keep 5000

{COMMON_EXIT_CODES}""",
)
@click.option("--older-than", callback=_days, metavar="DAYS", help="Take out what is older, such as 365d.")
@click.option("--keep", type=click.IntRange(0), metavar="COUNT", help="Keep the newest, at most this many.")
@store_option
def prune(older_than: float | None, keep: int | None, where: str | None) -> None:
    """Take old gates and runs out of the history, by age or by count."""
    if older_than is None and keep is None:
        raise click.UsageError("nothing says what to take out; give --older-than or --keep")
    before = time.time() - older_than if older_than is not None else float("-inf")
    message_lines.say(f"{open_store(where).prune(before=before, keep=keep)} taken out")


@history.command(
    "check",
    epilog=f"""\b
Examples:
  mario-perf history check
  mario-perf history check --metric p95 --operation GetMenuQuery

{COMMON_EXIT_CODES}""",
)
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="Only this one. Repeatable.")
@click.option("--operation", "operations", multiple=True, metavar="NAME", help="Only this one. Repeatable.")
@store_option
def check(metrics: tuple[str, ...], operations: tuple[str, ...], where: str | None) -> None:
    """Show how well duets fit together, and which contradict the others."""
    lines = [
        line
        for network in series_networks(open_store(where).batches(metrics, operations))
        for line in network_text.lines(network)
    ]
    message_lines.say("\n".join(lines) or "no duets in the history yet; mario-perf gate adds one")


@history.command(
    "sync",
    epilog=f"""\b
Example:
  mario-perf history sync --store git:. origin

{COMMON_EXIT_CODES}""",
)
@click.argument("remote")
@store_option
def synchronise(remote: str, where: str | None) -> None:
    """Exchange a history in a git ref with REMOTE: both then have all of it."""
    store = open_store(where)
    if not isinstance(store, GitStore):
        raise UserError("only a history in a git ref has a remote; give --store git:PATH")
    store.synchronise(remote)
    message_lines.say(f"{len(store.sources()):,} gates and runs here and in {remote}")
