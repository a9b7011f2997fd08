"""``python -m benchmarks.report``."""

from __future__ import annotations

import os
import resource
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time

import click

from benchmarks import page
from benchmarks.report import browser, large
from benchmarks.report.records import Turn, write
from mario_perf.configuration.policy import Policy
from mario_perf.judgement.judge import conclude
from mario_perf.reports import html_report

SIZES = (30, 300, 1000)
KILOBYTE = 1024

HEAD = (
    "| operations | judged, CPU | rendered, CPU | memory, peak | file | first paint | sorted |",
    "|---|---|---|---|---|---|---|",
)


@click.command()
@click.option("--turns", default=3, show_default=True, help="Reports of each size; the table shows medians.")
@click.option("--write", "into_page", is_flag=True, help="Put the table into docs/benchmarks.md, too.")
def main(turns: int, into_page: bool) -> None:  # noqa: FBT001 - a command's flag
    """Reports of 30, 300 and 1,000 operations (101 buckets, 12 rounds of 10 slices): made, opened, sorted."""
    played = [_turn(size) for _ in range(turns) for size in SIZES]
    write(played)
    text = "\n".join([*HEAD, *(_row([each for each in played if each.operations == size]) for size in SIZES)])
    click.echo(text)
    if into_page:
        page.write("report", text)


def _turn(operations: int) -> Turn:
    rounds = large.rounds(operations)
    began = process_time()
    result = conclude(rounds, None, Policy())
    judged = process_time()
    text = html_report.render(result)
    rendered = process_time()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.html"
        report.write_text(text, encoding="utf-8")
        seen = browser.measured(report)
    return Turn(
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        load_average=os.getloadavg()[0],
        operations=operations,
        judging=judged - began,
        rendering=rendered - judged,
        peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE,
        size=len(text.encode()),
        first_paint=seen.first_paint,
        sorting=seen.sorting,
    )


def _row(turns: list[Turn]) -> str:
    def middle(name: str) -> float:
        return float(median(getattr(each, name) for each in turns))

    return (
        f"| {turns[0].operations:,} | {middle('judging'):.2f} s | {middle('rendering'):.2f} s "
        f"| {middle('peak') / 1e6:.0f} MB | {middle('size') / 1e6:.2f} MB "
        f"| {middle('first_paint'):.0f} ms | {middle('sorting'):.0f} ms |"
    )


if __name__ == "__main__":
    main()
