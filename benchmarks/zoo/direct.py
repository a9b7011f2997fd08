"""The truth beside a gate: one operation timed alone, in processes of each release in turn."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t as student

from benchmarks.zoo.pairs import SERVICE, Pair, requirements

if TYPE_CHECKING:
    from pathlib import Path

PROCESSES = 8
CONFIDENCE = 0.99
INSTALLING, TIMING = 300.0, 60.0


def measure(pair: Pair, folder: Path) -> tuple[float, float, float]:
    """Log ratio of CPU seconds a call, after to before: the mean over processes, and its 99 % interval.

    Which release goes first alternates.
    """
    before, after = (_environment(pair, version, folder) for version in (pair.before, pair.after))
    ratios = []
    for number in range(PROCESSES):
        order = (before, after) if number % 2 else (after, before)
        seconds = {python: _seconds(python, pair.operation) for python in order}
        ratios.append(math.log(seconds[after] / seconds[before]))
    mean, error = float(np.mean(ratios)), float(np.std(ratios, ddof=1)) / math.sqrt(PROCESSES)
    half = error * float(student.ppf((1 + CONFIDENCE) / 2, PROCESSES - 1))
    return mean, mean - half, mean + half


def _environment(pair: Pair, version: str, folder: Path) -> Path:
    """The interpreter of an environment with one release."""
    place = folder / version
    place.mkdir()
    wanted = place / "requirements.txt"
    wanted.write_text(requirements(pair, version), encoding="utf-8")
    python = place / "venv" / "bin" / "python"
    for command in (
        ["uv", "venv", "--quiet", "--python", sys.executable, str(place / "venv")],
        ["uv", "pip", "install", "--quiet", "--python", str(python), "--requirement", str(wanted)],
    ):
        subprocess.run(command, check=True, timeout=INSTALLING)
    return python


def _seconds(python: Path, operation: str) -> float:
    command = [str(python), "workloads.py", operation]
    done = subprocess.run(command, cwd=SERVICE, capture_output=True, text=True, timeout=TIMING, check=True)
    return float(done.stdout)
