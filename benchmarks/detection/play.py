"""Real gates, one after the other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import policy_file, runs
from analysis.environments import environment_id
from analysis.judge import measured
from analysis.sources.scrapes import ScrapeSource
from benchmarks.detection.conditions import CYCLE
from benchmarks.detection.records import Gate, Histogram, Round, append, read

if TYPE_CHECKING:
    from analysis.judge import Measured
    from analysis.model import RunMeasurement
    from benchmarks.detection.conditions import Condition

ROOT = Path(__file__).parent.parent.parent
LONGEST = 600.0


def play(gates: int, only: Condition | None = None) -> None:
    """Play so many more gates, each condition as often as it is due, or one alone."""
    done = len(read())
    for number in range(done, done + gates):
        condition = only or CYCLE[number % len(CYCLE)]
        gate = one(condition, seed=1 + 1000 * number)
        append(gate)
        named = ", ".join(gate.regressed) or "none"
        print(
            f"{number + 1}: {condition.name}: {gate.outcome} after {gate.seconds:.0f} s, regressed: {named}",
            flush=True,
        )


def one(condition: Condition, seed: int) -> Gate:
    """One gate of HEAD against itself, with the condition's faults."""
    with tempfile.TemporaryDirectory(prefix="mario-perf-detection-") as folder:
        began, started = time.monotonic(), datetime.now(UTC)
        load = os.getloadavg()[0]
        command = [sys.executable, "-m", "gate", "gate", "--against", "HEAD", "--runs-dir", folder]
        done = subprocess.run(
            [*command, "--seed", str(seed), *condition.options],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        seconds = time.monotonic() - began
        report = Path(folder) / "latest" / "report.json"
        if not report.exists():
            raise SystemExit(f"the gate failed: {done.stderr.strip()}")
        return _gate(condition, json.loads(report.read_text()), report.parent, (started, seconds, load))


def _gate(
    condition: Condition, report: dict[str, Any], folder: Path, when: tuple[datetime, float, float]
) -> Gate:
    played = _rounds(folder)
    verdicts = {each["operation"]["name"]: each["verdict"] for each in report["operations"]}
    return Gate(
        condition=condition.name,
        started=when[0].isoformat(timespec="seconds"),
        revision=played[0].candidate.revision or "",
        machine=environment_id(played[0].record.environment),
        outcome=report["outcome"],
        regressed=tuple(name for name, verdict in verdicts.items() if verdict == "regressed"),
        inconclusive=tuple(name for name, verdict in verdicts.items() if verdict == "inconclusive"),
        seconds=round(when[1], 1),
        load_average=round(when[2], 2),
        bounds=tuple(float(bound) for bound in played[0].candidate.bounds),
        rounds=tuple(
            Round(baseline=_histograms(each.sides[0]), candidate=_histograms(each.sides[1]))
            for each in played
        ),
    )


def _rounds(folder: Path) -> list[Measured]:
    metrics = policy_file.load(None).metrics
    found = sorted(folder.glob("round-*/run.json"), key=lambda path: int(path.parent.name.split("-")[1]))
    loaded = [runs.load(path) for path in found]
    return [measured(run, ScrapeSource(run.directory, metrics)) for run in loaded]


def _histograms(side: RunMeasurement) -> dict[str, Histogram]:
    return {
        name: Histogram(
            counts={bucket: int(count) for bucket, count in enumerate(each.histogram) if count},
            sum=each.time_spent,
            failed=each.failed,
        )
        for name, each in side.measurements.items()
        if each.executions
    }
