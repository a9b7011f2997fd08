"""``python -m benchmarks.tutorials``."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click

from benchmarks import page
from benchmarks.tutorials import claims
from benchmarks.tutorials.markdown import blocks
from benchmarks.tutorials.reader import ROOT, Reader
from benchmarks.tutorials.records import Walk, keep, read
from benchmarks.tutorials.table import table

PAGES = {
    "express": "POST /orders",
    "fastapi": "POST /orders",
    "flask": "POST /orders",
    "no-metrics": "order",
    "otlp": "POST /orders",
    "tutorial": "GET /search",
}
"""The operation that each page makes slower."""


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(tuple(PAGES)))
@click.option("--write", "into_page", is_flag=True, help="Put the table into docs/benchmarks.md, too.")
def main(names: tuple[str, ...], *, into_page: bool) -> None:
    """Do what each tutorial says, from nothing to a green and a red gate. Results stay, one each.

    The exit code is 1 if a page claims what did not happen.
    """
    wrong = [name for name in names or PAGES if not _walk(name)]
    text = table(read())
    click.echo(text)
    if into_page:
        page.write("tutorials", text)
    sys.exit(1 if wrong else 0)


def _walk(name: str) -> bool:
    """Whether all happened as the page says."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as services:
        reader = Reader(Path(scratch) / name, services)
        reader.folder.mkdir()
        for block in blocks((ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")):
            reader.follow(block)
        wrong = claims.broken(reader.folder, reader.done, slowed=PAGES[name])
    unchanged, slower = (done for done in reader.done if done.is_gate)
    walk = Walk(
        tutorial=name,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        load_average=os.getloadavg()[0],
        unchanged=unchanged.verdict,
        slower=slower.verdict,
        until_green=unchanged.ended - began,
        until_red=slower.ended - unchanged.ended,
    )
    keep(walk)
    for claim in wrong:
        click.echo(f"{name}: {claim}", err=True)
    return not wrong


if __name__ == "__main__":
    main()
