"""``python -m benchmarks.detection run|table|simulate``."""

from __future__ import annotations

import click

from benchmarks import page
from benchmarks.detection import play, records, simulate, table
from benchmarks.detection.conditions import BY_NAME

into_page = click.option("--write", is_flag=True, help="Put the table into docs/benchmarks.md, too.")


@click.group(help="How often a gate is right.")
def main() -> None:
    """The three commands."""


@main.command()
@click.option("--gates", default=16, show_default=True, help="How many more; two minutes each.")
@click.option("--only", type=click.Choice(list(BY_NAME)), help="Of this kind alone, instead of all in turns.")
def run(gates: int, only: str | None) -> None:
    """Play real gates; goes on where it stopped."""
    play.play(gates, BY_NAME[only] if only else None)


@main.command("table")
@into_page
def show(write: bool) -> None:  # noqa: FBT001 - a command's flag
    """What the gates so far said, and what other rules would have said of the same data."""
    gates = records.read()
    _shown("detection", f"{table.ours(gates)}\n\n{table.peers(gates)}", write=write)


@main.command("simulate")
@click.option("--gates", default=1050, show_default=True, help="Unchanged builds in each world.")
@into_page
def simulated(gates: int, write: bool) -> None:  # noqa: FBT001 - a command's flag
    """False alarms, power and coverage with known truth; an hour of one core, goes on where it stopped."""
    cases = simulate.missing(gates)
    with click.progressbar(simulate.play(cases), length=len(cases), show_eta=True) as answers:
        for _ in answers:
            pass
    _shown("simulation", simulate.table(simulate.read()), write=write)


def _shown(benchmark: str, tables: str, *, write: bool) -> None:
    click.echo(tables)
    if write:
        page.write(benchmark, tables)


if __name__ == "__main__":
    main()
