"""``python -m benchmarks.detection run|table|simulate``."""

from __future__ import annotations

import click

from benchmarks import page
from benchmarks.detection import answers, play, records, simulate, simulated_table, table
from benchmarks.detection.conditions import BY_NAME, CYCLE, CYCLES

into_page = click.option("--write", is_flag=True, help="Put the table into docs/benchmarks.md, too.")


@click.group(help="How often a gate is right.")
def main() -> None:
    """The three commands."""


@main.command()
@click.option("--gates", default=16, show_default=True, help="How many more; two minutes each.")
@click.option("--only", type=click.Choice(list(BY_NAME)), help="Of this kind alone, instead of all in turns.")
@click.option(
    "--both-parts",
    "chosen",
    flag_value="both-parts",
    help="Gates of both parts: unchanged, a lock, a pool, a spin.",
)
@click.option(
    "--levels", "chosen", flag_value="levels", help="Load curves at three levels: unchanged, a lock."
)
@click.option(
    "--costs",
    "chosen",
    flag_value="costs",
    help="Gates of costs: unchanged, a statement, CPU, a leak, a growth.",
)
@click.option(
    "--gross",
    "chosen",
    flag_value="gross",
    help="Very slow, failing for the client alone, slow outside of the handler, rarely slow.",
)
@click.option(
    "--busy", "chosen", flag_value="busy", help="Beside four busy processes: unchanged, and 20 % slower."
)
def run(gates: int, only: str | None, chosen: str | None) -> None:
    """Play real gates; goes on where it stopped."""
    cycle = CYCLE if chosen is None else CYCLES[chosen]
    play.play(gates, (BY_NAME[only],) if only else cycle)


@main.command("table")
@into_page
def show(write: bool) -> None:  # noqa: FBT001 - a command's flag
    """What the gates so far said, and what other rules would have said of the same data."""
    gates = table.of_today(records.read())
    _shown("detection", f"{table.ours(gates)}\n\n{table.peers(gates)}", write=write)


@main.command("simulate")
@click.option("--gates", default=1000, show_default=True, help="In each world where nothing may be red.")
@click.option("--processes", type=click.IntRange(1, 2), default=2, show_default=True, help="At most two.")
@into_page
def simulated(gates: int, processes: int, write: bool) -> None:  # noqa: FBT001 - a command's flag
    """False alarms, power and coverage with known truth.

    Goes on where it stopped: a piece of 60 gates is kept at a time. 1,000 gates a world are 21,600 in all,
    and take two cores about twenty minutes.
    """
    cases = simulate.missing(gates)
    with click.progressbar(length=len(cases), show_eta=True) as bar:
        for played in simulate.play(cases, processes):
            bar.update(played)
    _shown("simulation", simulated_table.table(answers.read()), write=write)


def _shown(benchmark: str, tables: str, *, write: bool) -> None:
    click.echo(tables)
    if write:
        page.write(benchmark, tables)


if __name__ == "__main__":
    main()
