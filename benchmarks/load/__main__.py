"""``python -m benchmarks.load all``, or one of ``speed|heads|users|journeys|accuracy``, or ``table``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from benchmarks import page
from benchmarks.load import catalogue, records
from benchmarks.load.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.load.catalogue import Benchmark

_TURNS = click.option("--turns", type=click.IntRange(1), help="Of all generators.")
_SECONDS = click.option("--seconds", type=click.IntRange(1), help="Of each run.")
_WRITE = click.option(
    "--write", "into_page", is_flag=True, help="Put the tables into docs/benchmarks.md, too."
)


@click.group(help="What a request costs the load generator, and what it says of response times.")
def main() -> None:
    """The commands."""


@main.command("all")
@_TURNS
@_SECONDS
@_WRITE
def everything(turns: int | None, seconds: int | None, into_page: bool) -> None:  # noqa: FBT001 - a flag
    """All benchmarks, about a quarter of an hour."""
    _measure(catalogue.ALL, turns, seconds)
    _show(into_page=into_page)


@main.command("table")
@_WRITE
def show(into_page: bool) -> None:  # noqa: FBT001 - a command's flag
    """The tables of what was measured last."""
    _show(into_page=into_page)


def _add(benchmark: Benchmark) -> None:
    @main.command(benchmark.name, help=benchmark.caption)
    @_TURNS
    @_SECONDS
    def measure(turns: int | None, seconds: int | None) -> None:
        _measure([benchmark], turns, seconds)
        click.echo(_tables([benchmark]))


for each in catalogue.ALL:
    _add(each)


def _measure(chosen: Sequence[Benchmark], turns: int | None, seconds: int | None) -> None:
    """Measure; what is kept of each takes the place of what was kept before."""
    settings = [(each, turns or each.turns, seconds or each.seconds) for each in chosen]
    progress = Progress(sum(each.planned(*setting) for each, *setting in settings))
    for each, *setting in settings:
        records.write(each.name, list(progress.follow(each.measured(*setting))))


def _tables(chosen: Sequence[Benchmark]) -> str:
    kept = [(each, records.read(each.name, each.kind)) for each in chosen]
    return "\n\n".join(each.shown(found) for each, found in kept if found)


def _show(*, into_page: bool) -> None:
    text = _tables(catalogue.ALL)
    click.echo(text)
    if into_page:
        page.write("load", text)


if __name__ == "__main__":
    main()
