"""``python -m benchmarks.load speed|users|table``."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmarks import readme
from benchmarks.load import records, servers, table
from benchmarks.load.generators import GENERATORS, USERS, Done, MissingError, locust
from benchmarks.load.records import Run

if TYPE_CHECKING:
    from collections.abc import Callable

CROWDS = (10, 100, 1000, 10_000)
GROWING = ("RapidHttpUser", "FastHttpUser")


@click.group(help="What a request costs the load generator.")
def main() -> None:
    """The commands."""


@main.command()
@click.option("--turns", default=5, show_default=True, help="Of all generators, against both servers.")
@click.option("--seconds", default=5, show_default=True, help="Of each run.")
def speed(turns: int, seconds: int) -> None:
    """Requests a second of one core: ours, Locust's own, hey, wrk, ab and autocannon, in turns."""
    runs: list[Run] = []
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(turns):
            with servers.nginx(Path(folder)) as url:
                runs += _turn(turn, "nginx", f"{url}/small", seconds)
            with servers.pizzeria() as url:
                runs += _turn(turn, "the pizzeria", f"{url}/api/kitchen/status", seconds)
    records.write("speed", runs)
    click.echo(table.speed(runs, _missing(runs)))


@main.command()
@click.option("--seconds", default=10, show_default=True, help="Of each run.")
def users(seconds: int) -> None:
    """Memory and CPU from 10 users to 10,000."""
    runs = []
    with tempfile.TemporaryDirectory() as folder, servers.nginx(Path(folder)) as url:
        for crowd in CROWDS:
            for name in GROWING:
                done = locust(name, f"{url}/small", seconds, crowd)
                runs.append(_run(0, "nginx", f"Locust, {name}", done, crowd))
                click.echo(f"{name}, {crowd} users: {done.memory / 1e6:.0f} MB")
    records.write("users", runs)
    click.echo(table.users(runs))


@main.command("table")
@click.option("--write", is_flag=True, help="Put the tables into the README, too.")
def show(write: bool) -> None:  # noqa: FBT001 - a command's flag
    """The tables of what was measured last."""
    runs = records.read("speed")
    text = f"{table.speed(runs, _missing(runs))}\n\n{table.users(records.read('users'))}"
    click.echo(text)
    if write:
        readme.write("load", text)


def _turn(turn: int, server: str, url: str, seconds: int) -> list[Run]:
    """Every generator once, starting with another one each time."""
    names = list(GENERATORS)
    shift = turn % len(names)
    tried = {name: _tried(name, GENERATORS[name], url, seconds) for name in (*names[shift:], *names[:shift])}
    return [_run(turn, server, name, done, USERS) for name in names if (done := tried[name])]


def _tried(name: str, generator: Callable[[str, int], Done], url: str, seconds: int) -> Done | None:
    try:
        done = generator(url, seconds)
    except MissingError as error:
        click.echo(str(error), err=True)
        return None
    click.echo(f"{name}: {done.requests / done.seconds:,.0f} requests/s", err=True)
    return done


def _run(turn: int, server: str, generator: str, done: Done, crowd: int) -> Run:
    return Run(
        turn=turn,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        load_average=os.getloadavg()[0],
        server=server,
        generator=generator,
        users=crowd,
        requests=done.requests,
        seconds=done.seconds,
        cpu=done.cpu,
        memory=done.memory,
    )


def _missing(runs: list[Run]) -> list[str]:
    return sorted(set(GENERATORS) - {each.generator for each in runs})


if __name__ == "__main__":
    main()
