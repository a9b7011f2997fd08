"""``python -m benchmarks.trend.scale``: a history of 10,000 runs of 50 operations."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import click
import numpy as np

from benchmarks import page
from mario_perf.history.measurements import Batch, Level
from mario_perf.history.store_address import open_store

HEAD = ("| what | time | CPU |", "|---|---|---|")
METRICS = ("latency", "p95")
CHUNK = 500
APPENDS = 20
LONGEST = 600


@click.command()
@click.option("--runs", default=10_000, show_default=True, help="Number of runs.")
@click.option("--operations", default=50, show_default=True, help="Number of operations.")
@click.option("--write", "into_page", is_flag=True, help="Put the table into docs/benchmarks.md, too.")
def main(runs: int, operations: int, into_page: bool) -> None:  # noqa: FBT001 - a command's flag
    """Measure an append, the trend's page and its memory on a large history."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"{folder}/history.db"
        _fill(address, runs, operations)
        rows = [_append(address, runs, operations), *_page(address, Path(folder))]
    text = "\n".join((*HEAD, *rows))
    click.echo(f"{runs:,} runs of {operations} operations and {len(METRICS)} metrics\n\n{text}")
    if into_page:
        page.write("history", f"{runs:,} runs of {operations} operations.\n\n{text}")


def _batch(number: int, operations: int, random: np.random.Generator) -> Batch:
    step = 1.1 if number % 10_000 > 6_000 else 1.0  # noqa: PLR2004 - a step at 60 %
    values = 0.01 * np.exp(0.03 * random.normal(size=(operations, len(METRICS)))) * step
    levels = tuple(
        Level(f"r{number}", f"Operation{one}", metric, "ci", float(values[one, column]))
        for one in range(operations)
        for column, metric in enumerate(METRICS)
    )
    return Batch(f"run:{number}", 1.7e9 + 3600.0 * number, "mario", levels)


def _fill(address: str, runs: int, operations: int) -> None:
    random, store = np.random.default_rng(3), open_store(address)
    for start in range(0, runs, CHUNK):
        store.append(_batch(number, operations, random) for number in range(start, min(start + CHUNK, runs)))
        click.echo(f"{min(start + CHUNK, runs):,} of {runs:,} runs", err=True)


def _append(address: str, runs: int, operations: int) -> str:
    """The store is opened each time, as a gate does it."""
    random = np.random.default_rng(4)
    batches = [_batch(runs + number, operations, random) for number in range(APPENDS)]
    open_store(address)
    began, cpu = perf_counter(), process_time()
    for each in batches:
        open_store(address).append([each])
    time, used = (1000 * each / APPENDS for each in (perf_counter() - began, process_time() - cpu))
    return f"| append of a run | {time:.0f} ms | {used:.0f} ms |"


def _page(address: str, folder: Path) -> list[str]:
    """The command in a process of its own, whose memory is known afterwards."""
    command = ["trend", "--store", address, "--metric", METRICS[0], "--html", str(folder / "page.html")]
    rows = []
    for name in ("page, first time", "page, again"):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
        subprocess.run(
            [sys.executable, "-m", "mario_perf", *command], capture_output=True, check=True, timeout=LONGEST
        )
        after, time = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter() - began
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        rows.append(f"| {name}, {after.ru_maxrss / 1024:.0f} MB at most | {time:.1f} s | {cpu:.1f} s |")
    return rows


if __name__ == "__main__":
    main()
