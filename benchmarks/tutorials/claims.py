"""What a page claims, held against what its commands did."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.tutorials.reader import Done

GREEN, RED = "PASS", "REGRESSED"

_CODES: Final = {GREEN: 0, RED: 3}
_FIRST_SENTENCE: Final = re.compile(r".*?[a-z]\.(?= |$)")


def broken(folder: Path, done: list[Done], slowed: str) -> list[str]:
    """Each claim that does not hold after a page was followed to its end."""
    unchanged, slower = (each for each in done if each.is_gate)
    report = json.loads((folder / "runs" / "latest" / "report.json").read_text(encoding="utf-8"))
    return [
        *_another_verdict(unchanged, GREEN),
        *_another_verdict(slower, RED),
        *_other_operations(report, slowed),
        *_lost_requests(report),
        *not_as_shown(done),
        *_tool_in_the_services_environment(folder),
    ]


def _another_verdict(gate: Done, right: str) -> Iterator[str]:
    if (gate.verdict, gate.code) != (right, _CODES[right]):
        yield f"a gate said {gate.verdict} with exit code {gate.code} instead of {right}: {gate.output}"


def _other_operations(report: dict[str, Any], slowed: str) -> Iterator[str]:
    red = [each["operation"]["name"] for each in report["operations"] if each["verdict"] == "regressed"]
    if red != [slowed]:
        yield f"regressed are {red} instead of {slowed} alone"


def _lost_requests(report: dict[str, Any]) -> Iterator[str]:
    for row in report["reconciliation"]:
        if row["client_whole"] + row["unreached"] != row["server_whole"]:
            yield f"client and service do not agree on {row['operation']}: {row}"


def not_as_shown(done: list[Done]) -> Iterator[str]:
    """A page shows whole lines, but the doctor's subjects only, and how a gate's answer begins."""
    for each in done:
        printed = {_comparable(each, line) for line in each.output.splitlines()}
        for line in each.shown if not each.is_gate else each.shown[:1]:
            if _comparable(each, line) not in printed:
                yield f"the page shows for {each.command} what it does not print: {line}"


def _comparable(done: Done, line: str) -> str:
    """What of a line is the same each time: figures differ."""
    if done.command == "mario-perf doctor":
        return " ".join(line.split()[1:2])
    if done.is_gate:
        sentence = _FIRST_SENTENCE.match(line)
        return sentence[0] if sentence else line
    return line


def _tool_in_the_services_environment(folder: Path) -> Iterator[str]:
    if not (folder / ".perf" / "bin" / "mario-perf").exists():
        yield "mario-perf has no environment of its own"
    if (folder / ".venv" / "bin" / "mario-perf").exists():
        yield "mario-perf is in the service's environment"
