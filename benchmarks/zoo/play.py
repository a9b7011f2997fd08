"""One gate of one pair: a repository of two commits that differ in one line of requirements.txt."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from benchmarks.zoo.direct import measure
from benchmarks.zoo.pairs import SERVICE, Pair, requirements
from benchmarks.zoo.records import Trial
from mario_perf import process_environment

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = 900.0
"""Seconds that a gate may take, with both environments."""

FILES = ("workloads.py", "service.py", "locustfile.py", "perf.toml")
IDENTITY = ("-c", "user.name=zoo", "-c", "user.email=zoo@localhost")


def play(pair: Pair, folder: Path) -> Trial:
    """The gate of one user, and the direct measurement after it."""
    repository, direct = folder / "repository", folder / "direct"
    _commit_both(pair, repository)
    load, started = os.getloadavg()[0], time.monotonic()
    gate = [
        sys.executable,
        "-m",
        "mario_perf",
        "gate",
        "--against",
        "HEAD^",
        "--part",
        "alone",
        "--runs-dir",
        str(folder / "runs"),
    ]
    done = subprocess.run(
        gate, cwd=repository, env=process_environment.for_child(), capture_output=True, text=True,
        timeout=LONGEST, check=False,
    )  # fmt: skip
    seconds = time.monotonic() - started
    report = folder / "runs" / "latest" / "report.json"
    if not report.exists():
        raise SystemExit(f"{pair.name}: the gate failed: {done.stderr.strip()}")
    found = json.loads(report.read_text(encoding="utf-8"))
    direct.mkdir()
    ratio, low, high = measure(pair, direct)
    return Trial(
        pair=pair.name,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        load_average=round(load, 2),
        seconds=round(seconds, 1),
        outcome=found["outcome"],
        verdicts={each["operation"]["name"]: each["verdict"] for each in found["operations"]},
        direct=ratio,
        direct_low=low,
        direct_high=high,
    )


def _commit_both(pair: Pair, repository: Path) -> None:
    repository.mkdir()
    for name in FILES:
        shutil.copy(SERVICE / name, repository / name)
    (repository / ".gitignore").write_text("runs/\n__pycache__/\n", encoding="utf-8")
    _git(repository, "init", "--quiet", "--initial-branch", "main")
    for version in (pair.before, pair.after):
        (repository / "requirements.txt").write_text(requirements(pair, version), encoding="utf-8")
        _git(repository, "add", "--all")
        _git(repository, "commit", "--quiet", "--message", f"Use {pair.package} {version}")


def _git(folder: Path, *words: str) -> None:
    subprocess.run(
        ["git", *IDENTITY, *words], cwd=folder, env=process_environment.for_git(), check=True, timeout=60
    )
