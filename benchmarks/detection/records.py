"""What is kept of every gate: its answer, and each round's histograms, so that any rule can be tried."""

from __future__ import annotations

import gzip
from pathlib import Path

from pydantic import BaseModel

FILE = Path(__file__).parent / "results" / "gates.jsonl.gz"


class Histogram(BaseModel):
    """Successes of one operation on one side in one round: counts by bucket, zeros left out."""

    counts: dict[int, int]
    sum: float  # seconds
    failed: int


class Round(BaseModel):
    """Both sides by operation."""

    baseline: dict[str, Histogram]
    candidate: dict[str, Histogram]


class Gate(BaseModel):
    """One gate."""

    condition: str
    started: str
    revision: str
    machine: str
    outcome: str
    regressed: tuple[str, ...]
    inconclusive: tuple[str, ...]
    seconds: float  # from start to verdict, wall clock
    load_average: float
    bounds: tuple[float, ...]  # seconds
    rounds: tuple[Round, ...]


def append(gate: Gate, file: Path = FILE) -> None:
    """Add a gate; a file cut short by a crash keeps all gates before it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(file, "at", encoding="utf-8") as lines:
        lines.write(gate.model_dump_json() + "\n")


def read(file: Path = FILE) -> list[Gate]:
    """All gates so far, oldest first; none when there is no file."""
    if not file.exists():
        return []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [Gate.model_validate_json(line) for line in lines]
