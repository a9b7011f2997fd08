"""``python -m benchmarks.zoo``: gates of real releases, each beside a direct measurement. Needs uv."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from benchmarks import page
from benchmarks.zoo import records
from benchmarks.zoo.pairs import pairs
from benchmarks.zoo.play import play
from benchmarks.zoo.table import table


@click.command()
@click.option("--gates", default=0, show_default=True, help="Gates to play: first of pairs with the fewest.")
@click.option("--pair", "only", default="", help="Only pairs whose name contains this text.")
@click.option("--write", is_flag=True, help="Put the table of all kept gates into docs/benchmarks.md.")
def main(gates: int, only: str, write: bool) -> None:  # noqa: FBT001 - a command's flag
    """Play gates of version bumps, keep what they said, and show the table. Stop and go on at any time."""
    chosen = [pair for pair in pairs() if only in pair.name]
    for number in range(gates):
        played = [trial.pair for trial in records.read()]
        pair = min(chosen, key=lambda each: played.count(each.name))
        with tempfile.TemporaryDirectory(prefix="mario-perf-zoo-") as folder:
            trial = play(pair, Path(folder))
        records.append(trial)
        verdict = trial.verdicts.get(pair.operation, "nothing")
        click.echo(
            f"{number + 1}/{gates}: {pair.name}: {trial.truth}; the gate: {verdict} in {trial.seconds:.0f} s"
        )
    rows = table(pairs(), records.read())
    click.echo(rows)
    if write:
        page.write("zoo", rows)


if __name__ == "__main__":
    main()
