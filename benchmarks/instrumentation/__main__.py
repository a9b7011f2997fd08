"""``python -m benchmarks.instrumentation``."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

import click

from benchmarks import page
from benchmarks.instrumentation import costs, scrape, table
from benchmarks.instrumentation.environment import UnavailableError, run
from benchmarks.instrumentation.records import Round, write

MODULE = "benchmarks.instrumentation.costs"


@click.command()
@click.option("--rounds", default=15, show_default=True, help="Turns of all arms; about two seconds each.")
@click.option("--write", "into_page", is_flag=True, help="Put the table into docs/benchmarks.md, too.")
def main(rounds: int, into_page: bool) -> None:  # noqa: FBT001 - a command's flag
    """Microseconds that metrics add to an operation: ours and others, in turns."""
    try:
        with click.progressbar(range(rounds), show_eta=True) as turns:
            played = [_round(turn) for turn in turns]
    except UnavailableError as error:
        raise click.ClickException(f"Neuroglia cannot be measured: {error}") from error
    write(played)
    text = table.markdown(played)
    click.echo(text)
    if into_page:
        page.write("instrumentation", text)


def _round(turn: int) -> Round:
    """Every arm once, starting with another one each time."""
    arms = list(costs.ARMS)
    shift = turn % len(arms)
    seen = {arm: _one(arm) for arm in (*arms[shift:], *arms[:shift])}
    return Round(
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        load_average=os.getloadavg()[0],
        microseconds={arm: seen[arm] for arm in arms},
        scrape=scrape.measured(),
    )


def _one(arm: str) -> float:
    if arm not in costs.ON_NEUROGLIA:
        return costs.measured(arm)
    return float(json.loads(run("-m", MODULE, arm))["microseconds"])


if __name__ == "__main__":
    main()
