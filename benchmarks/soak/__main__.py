"""``python -m benchmarks.soak``: long runs, whose results stand in docs/reliability.md."""

from __future__ import annotations

import json
import shutil
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from benchmarks import page
from benchmarks.soak import orders, steady_load

HERE = Path(__file__).parent
RESULTS = HERE / "results"
RELIABILITY = HERE.parents[1] / "docs" / "reliability.md"


@click.group()
def main() -> None:
    """Long runs: nothing grows, and nothing is lost or there twice."""


@main.command()
@click.option("--minutes", default=60.0, show_default=True, help="How long.")
@click.option("--folder", default=Path("runs/soak-load"), show_default=True, type=click.Path(path_type=Path))
def load(minutes: float, folder: Path) -> None:
    """Load half of the capacity, and watch memory, open files and counts."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    soak = steady_load.play(folder, 60 * minutes, lambda elapsed: _tell(elapsed / 60, minutes, "min"))
    _keep("load", asdict(soak))


@main.command("orders")
@click.option("--orders", "count", default=1_000_000, show_default=True, help="How many.")
@click.option("--kills", default=5, show_default=True, help="How often the service is killed.")
@click.option(
    "--folder", default=Path("runs/soak-orders"), show_default=True, type=click.Path(path_type=Path)
)
def deliver(count: int, kills: int, folder: Path) -> None:
    """Bring orders to the door through kill -9. Goes on with what is in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    began, first = time.monotonic(), []

    def tell(done: int) -> None:
        first.append(done)
        del first[1:]
        pace = (done - first[0]) / max(time.monotonic() - began, 1e-9)
        _tell(done, count, "orders", (count - done) / pace if pace else None)

    check = orders.play(folder, count, kills, tell)
    _keep("orders", {**asdict(check), "is_right": check.is_right})
    raise SystemExit(0 if check.is_right else 1)


@main.command()
def write() -> None:
    """Put the table of what is kept into docs/reliability.md."""
    page.write("soak", table(), RELIABILITY)


def table() -> str:
    """As Markdown: what was played, and what came out."""
    lines = ["| played | what came out |", "|---|---|"]
    for path in sorted(RESULTS.glob("*.json")):
        said = json.loads(path.read_text(encoding="utf-8"))
        lines.append(_orders_row(said) if "lost" in said else _load_row(said))
    return "\n".join(lines)


def _orders_row(said: dict[str, Any]) -> str:
    return (
        f"| {said['delivered']:,} orders placed, cooked and delivered, through {said['kills']} times kill -9 "
        f"| {said['lost']} lost, {said['twice']} twice, {said['undelivered']} went back, "
        f"{said['surplus']} that nobody placed |"
    )


def _load_row(said: dict[str, Any]) -> str:
    slopes = "; ".join(
        f"{name} {_figure(name, each['value'])} [{_figure(name, each['low'])}, {_figure(name, each['high'])}]"
        for name, each in said["slopes"].items()
    )
    return (
        f"| half of the capacity, {said['rate']:.0f} journeys a second, for {said['seconds'] / 60:.0f} min "
        f"| {said['requests']:,} requests, {said['unaccounted']} unaccounted for; "
        f"growth in an hour: {slopes} |"
    )


def _figure(name: str, value: float) -> str:
    return f"{value / 2**20:+.1f} MiB" if name.startswith("memory") else f"{value:+.1f}"


def _keep(name: str, result: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    click.echo(json.dumps(result, indent=1))


def _tell(done: float, whole: float, unit: str, left: float | None = None) -> None:
    digits = 0 if unit == "orders" else 1
    more = "" if left is None else f", {left / 60:.0f} min left"
    sys.stderr.write(f"\r{done:,.{digits}f} of {whole:,.{digits}f} {unit}{more}   ")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
