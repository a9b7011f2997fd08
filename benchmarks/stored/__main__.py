"""``python -m benchmarks.stored``: separate runs, kept, and what comparisons of them say."""

from __future__ import annotations

import time

import click

from benchmarks import page
from benchmarks.stored import records
from benchmarks.stored.play import CYCLE, WINDOW, play
from benchmarks.stored.table import table


@click.command()
@click.option("--minutes", default=0.0, show_default=True, help="Begin runs for this long; each takes 70 s.")
@click.option("--window", default=WINDOW, show_default=True, help="Seconds that each run measures.")
@click.option("--write", is_flag=True, help="Put the table of all kept runs into docs/benchmarks.md.")
def main(minutes: float, window: float, write: bool) -> None:  # noqa: FBT001 - a command's flag
    """Play runs of the pizzeria and of a foreign service, calm and busy; show the table of all kept runs.

    Stop and go on at any time, at best on several days.
    """
    end = time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        number = len(records.read())
        turn = CYCLE[number % len(CYCLE)]
        run = play(turn, seed=1 + number, window=window)
        records.keep(turn.service, turn.build, run, busy=turn.busy)
        beside = "with" if run.reference else "without"
        click.echo(f"{number + 1}: {turn.service}, {turn.build}{', busy' * turn.busy}, {beside} a reference")
    shown = table(records.read())
    click.echo(shown)
    if write:
        page.write("stored", shown)


if __name__ == "__main__":
    main()
