"""``python -m benchmarks.detection run|table|simulate``."""

from __future__ import annotations

import click

from benchmarks.detection import play, records, simulate, table


@click.group(help="How often a gate is right.")
def main() -> None:
    """The three commands."""


@main.command()
@click.option("--gates", default=16, show_default=True, help="How many more; two minutes each.")
def run(gates: int) -> None:
    """Play real gates; goes on where it stopped."""
    play.play(gates)


@main.command("table")
def show() -> None:
    """What today's rules say of the gates so far, and what other rules would have said."""
    gates = records.read()
    click.echo(table.ours(table.judged(gates)))
    click.echo()
    click.echo(table.peers(gates))


@main.command("simulate")
@click.option("--gates", default=1700, show_default=True, help="Unchanged builds in each of three worlds.")
def simulated(gates: int) -> None:
    """False alarms, power and coverage with known truth; an hour of one core, goes on where it stopped."""
    cases = simulate.missing(gates)
    with click.progressbar(simulate.play(cases), length=len(cases), show_eta=True) as answers:
        for _ in answers:
            pass
    click.echo(simulate.table(simulate.read()))


if __name__ == "__main__":
    main()
