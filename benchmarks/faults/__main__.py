"""``python -m benchmarks.faults``: inject each fault, and count how often the right thing came out."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import click

from benchmarks import page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
RESULTS = FOLDER / "results"
RELIABILITY = ROOT / "docs" / "reliability.md"
SIGNIFICANT = ("failure", "error", "skipped")


@dataclass(frozen=True)
class Fault:
    """One row: what is injected, what has to come out, and the tests that do both."""

    area: str
    injected: str
    outcome: str
    tests: tuple[str, ...]


Counts = dict[str, dict[str, int]]
"""By test: how many ``cases`` were tried, and how many were ``right``."""


def faults() -> tuple[Fault, ...]:
    """All rows, in the order of the page."""
    rows = tomllib.loads((FOLDER / "faults.toml").read_text(encoding="utf-8"))["fault"]
    return tuple(Fault(row["area"], row["injected"], row["outcome"], tuple(row["tests"])) for row in rows)


def inject(tests: Sequence[str]) -> Counts:
    """Run the tests once, in one process."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "junit.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        subprocess.run([*command, *tests], cwd=ROOT, check=False)
        return counts(ET.parse(report).iter("testcase"), tests)  # noqa: S314 - pytest has written it


def counts(cases: Iterable[ET.Element], tests: Sequence[str]) -> Counts:
    """Cases of each test; one that was skipped was not tried."""
    tried: Counter[str] = Counter()
    right: Counter[str] = Counter()
    by_name = {(each.split("::")[0][:-3].replace("/", "."), each.split("::")[1]): each for each in tests}
    for case in cases:
        test = by_name[case.attrib["classname"], case.attrib["name"].partition("[")[0]]
        ends = {child.tag for child in case}
        tried[test] += "skipped" not in ends
        right[test] += ends.isdisjoint(SIGNIFICANT)
    return {test: {"cases": tried[test], "right": right[test]} for test in tests}


def table(rows: Sequence[Fault], kept: Sequence[Mapping[str, Mapping[str, int]]]) -> str:
    """As Markdown, a table for each area."""
    lines: list[str] = []
    for area, group in groupby(rows, key=lambda row: row.area):
        lines += [f"## {area}", "", "| injected | what comes out | right |", "|---|---|---|"]
        for row in group:
            tried, right = (
                sum(run.get(test, {}).get(key, 0) for run in kept for test in row.tests)
                for key in ("cases", "right")
            )
            lines.append(f"| {row.injected} | {row.outcome} | {right} of {tried} |")
        lines.append("")
    return "\n".join(lines)


@click.command()
@click.option("--times", default=1, show_default=True, help="How often each fault is injected.")
@click.option("--write", is_flag=True, help="Put the table of all kept results into docs/reliability.md.")
def main(times: int, write: bool) -> None:  # noqa: FBT001 - a command's flag
    """Inject each fault and keep the counts."""
    rows = faults()
    tests = sorted({test for row in rows for test in row.tests})
    for _ in range(times):
        name = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ.json")
        (RESULTS / name).write_text(json.dumps(inject(tests), indent=1) + "\n", encoding="utf-8")
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))]
    click.echo(table(rows, kept))
    if write:
        page.write("faults", table(rows, kept), RELIABILITY)


if __name__ == "__main__":
    main()
