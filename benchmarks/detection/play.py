"""Real gates, one after the other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.detection import answers
from benchmarks.detection.conditions import COSTS, COSTS_BUSY, GROSS
from benchmarks.detection.records import Gate, Histogram, Round, append, read
from mario_perf import process_environment, runs
from mario_perf.builds.processes import start_process
from mario_perf.configuration import policy_file
from mario_perf.measurement.measured_run import measure_run
from mario_perf.model import UNDER_LOAD
from mario_perf.sources.scrapes import ScrapeSource
from mario_perf.sources.source import Source
from mario_perf.validity.environments import environment_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.detection.conditions import Condition
    from mario_perf.configuration.service_metrics import Metrics
    from mario_perf.measurement.measured_run import MeasuredRun
    from mario_perf.model import RunMeasurement

ROOT = Path(__file__).parent.parent.parent
PATCHES = Path(__file__).parent / "patches"
LONGEST = 600.0
CLONING = 60.0
"""Seconds that a gate may take, and that a clone may."""


def play(gates: int, cycle: Sequence[Condition]) -> None:
    """Play so many more gates of a cycle, each condition as often as it is due."""
    kept = read()
    done, due = len(kept), sum(each.condition in {one.name for one in cycle} for each in kept)
    with committed() as tree:
        for number in range(done, done + gates):
            condition = cycle[(due + number - done) % len(cycle)]
            gate = one(condition, 1 + 1000 * number, tree)
            append(gate)
            named = ", ".join(gate.regressed) or "none"
            print(
                f"{number + 1}: {condition.name}: {gate.outcome} after {gate.seconds:.0f} s, "
                f"regressed: {named}",
                flush=True,
            )


@contextmanager
def committed(root: Path = ROOT) -> Iterator[Path]:
    """A clone of HEAD: what is edited while gates are played would make unchanged candidates changed ones."""
    with tempfile.TemporaryDirectory(prefix="mario-perf-detection-") as folder:
        clone = ["git", "clone", "--quiet", "--local", str(root), folder]
        subprocess.run(clone, env=process_environment.for_git(), check=True, timeout=CLONING)
        yield Path(folder)


@contextmanager
def brought_about(condition: Condition, tree: Path) -> Iterator[None]:
    """The condition, as far as it is no option of the gate: its patch in the clone, its busy processes."""
    with ExitStack() as stack, tempfile.TemporaryDirectory(prefix="mario-perf-detection-") as logs:
        if condition.patch is not None:
            _patch(tree, condition.patch)
            stack.callback(_patch, tree, condition.patch, "--reverse")
        for _ in range(condition.busy_processes):
            command = [sys.executable, "-c", "while True: pass"]
            stack.enter_context(start_process("busy process", command, Path(logs) / "busy.log"))
        yield


def _patch(tree: Path, name: str, *how: str) -> None:
    command = ["git", "apply", *how, str(PATCHES / f"{name}.patch")]
    subprocess.run(command, cwd=tree, env=process_environment.for_git(), check=True, timeout=CLONING)


def one(condition: Condition, seed: int, tree: Path) -> Gate:
    """One gate of a clone's HEAD against itself, with what the condition does to the candidate."""
    with brought_about(condition, tree):
        return _played(condition, seed, tree)


def _played(condition: Condition, seed: int, tree: Path) -> Gate:
    with tempfile.TemporaryDirectory(prefix="mario-perf-detection-") as folder:
        began, started = time.monotonic(), datetime.now(UTC)
        load = os.getloadavg()[0]
        command = [sys.executable, "-m", "mario_perf", "gate", "--against", "HEAD", "--part", "alone"]
        done = subprocess.run(
            [*command, "--runs-dir", folder, "--seed", str(seed), *condition.options],
            cwd=tree,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        seconds = time.monotonic() - began
        report = Path(folder) / "latest" / "report.json"
        if not report.exists():
            raise SystemExit(f"the gate failed: {done.stderr.strip()}")
        metrics = policy_file.load(tree / policy_file.DEFAULT_PATH).metrics
        alone = _rounds(report.parent, "round", metrics)
        first = (alone or _rounds(report.parent, "load", metrics))[0]
        when = started, seconds, load
        return _gate(condition, json.loads(report.read_text()), first, alone, when)


def _gate(
    condition: Condition,
    report: dict[str, Any],
    first: MeasuredRun,
    alone: list[MeasuredRun],
    when: tuple[datetime, float, float],
) -> Gate:
    verdicts = {_title(each): each["verdict"] for each in report["operations"]}
    return Gate(
        condition=condition.name,
        started=when[0].isoformat(timespec="seconds"),
        revision=first.candidate.revision or "",
        machine=environment_id(first.record.environment),
        outcome=report["outcome"],
        regressed=_named(report, verdicts, condition),
        inconclusive=tuple(name for name, verdict in verdicts.items() if verdict == "inconclusive"),
        seconds=round(when[1], 1),
        load_average=round(when[2], 2),
        code=answers.fingerprint_of_judging(),
        bounds=tuple(float(bound) for bound in first.candidate.bounds),
        rounds=tuple(
            Round(baseline=_histograms(each.sides[0]), candidate=_histograms(each.sides[1])) for each in alone
        ),
    )


def _named(report: dict[str, Any], verdicts: dict[str, str], condition: Condition) -> tuple[str, ...]:
    """The operations that are red, and costs where these count; of a condition's own cost it alone."""
    costs = [each["name"] for each in report["costs"] if each["verdict"] == "regressed"]
    if condition.operation is not None and condition.operation in costs:
        return (condition.operation,)
    names = tuple(name for name, verdict in verdicts.items() if verdict == "regressed")
    return (*names, *costs) if condition in (*COSTS, *COSTS_BUSY, *GROSS) else names


def _title(row: dict[str, Any]) -> str:
    return f"{row['operation']['name']}{UNDER_LOAD if row['part'] == 'load' else ''}"


def _rounds(folder: Path, name: str, metrics: Metrics) -> list[MeasuredRun]:
    found = sorted(folder.glob(f"{name}-*/run.json"), key=lambda path: int(path.parent.name.split("-")[1]))
    loaded = [runs.load(path) for path in found]
    return [measure_run(run, Source(ScrapeSource(run.directory, metrics))) for run in loaded]


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
