"""``python -m benchmarks.capacity``."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

import click

from benchmarks import page
from benchmarks.capacity.machine import MACHINES, Answer, Machine, compare
from benchmarks.capacity.table import table
from mario_perf.model import Verdict

RESULTS = Path(__file__).parent / "results" / "comparisons.jsonl"

CHANGES = {0.0: 3, -0.03: 3, -0.05: 1, -0.1: 1, -0.2: 1}
"""Relative changes of the capacity, and how many times the count each has: a rare error needs many."""


@click.command()
@click.option("--count", default=60, show_default=True, help="Comparisons of each drop that is to be found.")
@click.option("--processes", default=2, show_default=True, help="Processes that simulate.")
@click.option("--write", "into_page", is_flag=True, help="Put the table into docs/benchmarks.md, too.")
def main(count: int, processes: int, *, into_page: bool) -> None:
    """Compare two simulated builds' capacities, and count what is said. Goes on where it stopped."""
    _simulate(count, processes)
    text = table(_kept())
    click.echo(text)
    if into_page:
        page.write("capacity", text)


def _simulate(count: int, processes: int) -> None:
    """What is not kept yet."""
    done = {(each.machine, each.change, each.seed) for each in _kept()}
    cases: list[tuple[Machine, float, int]] = [
        (machine, change, seed)
        for machine in MACHINES
        for change, times in CHANGES.items()
        for seed in range(count * times)
        if (machine.name, change, seed) not in done
    ]
    with ProcessPoolExecutor(processes) as pool, RESULTS.open("a", encoding="utf-8") as file:
        for answer in pool.map(compare, *zip(*cases, strict=True), chunksize=10) if cases else ():
            file.write(f"{json.dumps(asdict(answer))}\n")
            file.flush()


def _kept() -> list[Answer]:
    """In the order of the table."""
    lines = RESULTS.read_text(encoding="utf-8").splitlines() if RESULTS.exists() else []
    answers = [_answer(line) for line in lines]
    machines, changes = [each.name for each in MACHINES], list(CHANGES)
    return sorted(answers, key=lambda each: (machines.index(each.machine), changes.index(each.change)))


def _answer(line: str) -> Answer:
    row = json.loads(line)
    return Answer(**{**row, "verdict": Verdict(row["verdict"])})


if __name__ == "__main__":
    main()
