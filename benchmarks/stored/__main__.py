"""``python -m benchmarks.stored``: separate runs, kept, and what comparisons of them say."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from benchmarks import page
from benchmarks.stored import records
from benchmarks.stored.play import CYCLE, WINDOW, Turn, play
from benchmarks.stored.table import table
from mario_perf.errors import UserError

MOST_FAILURES = 5
"""In a row: then something else is wrong than a run."""


@click.command()
@click.option("--minutes", default=0.0, show_default=True, help="Begin runs for this long; each takes 70 s.")
@click.option("--window", default=WINDOW, show_default=True, help="Seconds that each run measures.")
@click.option(
    "--results",
    default=records.RESULTS,
    type=click.Path(path_type=Path),
    help="Folder of kept runs. Default: the one beside this code.",
)
@click.option("--write", is_flag=True, help="Put the table of all kept runs into docs/benchmarks.md.")
def main(minutes: float, window: float, results: Path, write: bool) -> None:  # noqa: FBT001 - a command's flag
    """Play runs of the pizzeria and of a foreign service, calm and busy; show the table of all kept runs.

    Stop and go on at any time, at best on several days. A run that fails is named, and the next turn follows.
    """
    end, failures, skipped = time.monotonic() + 60 * minutes, 0, 0
    while time.monotonic() < end and failures < MOST_FAILURES:
        number = len(records.read(results)) + skipped
        turn = CYCLE[number % len(CYCLE)]
        try:
            run = play(turn, seed=1 + number, window=window)
        except (UserError, OSError) as error:
            click.echo(f"{number + 1}: {_text(turn)}: not kept: {error}", err=True)
            failures, skipped = failures + 1, skipped + 1
            continue
        records.keep(turn.service, turn.build, run, busy=turn.busy, folder=results)
        failures = 0
        click.echo(f"{number + 1}: {_text(turn)}")
    paused = [each for each in records.read(results / records.WITH_PAUSES) if not each.busy]
    tables = table(records.read(results)), table(paused, load=" with 20 users that pause")
    shown = "\n".join(filter(None, tables))
    click.echo(shown)
    if write:
        page.write("stored", shown)
    if failures == MOST_FAILURES:
        sys.exit(f"{failures} runs in a row failed; see why above")


def _text(turn: Turn) -> str:
    return f"{turn.service}, {turn.build}{', busy' * turn.busy}"


if __name__ == "__main__":
    main()
