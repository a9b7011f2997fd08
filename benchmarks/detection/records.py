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
    rounds: tuple[Round, ...]  # of the part alone
    code: str = ""  # what judged; of gates that were kept before it was noted, empty


def append(gate: Gate, file: Path = FILE) -> None:
    """Add a gate. The file is replaced as a whole, so that a crash leaves the one before."""
    file.parent.mkdir(parents=True, exist_ok=True)
    before = file.read_bytes() if file.exists() else b""
    new = file.with_suffix(".new")
    new.write_bytes(before + gzip.compress(f"{gate.model_dump_json()}\n".encode()))
    new.replace(file)


def read(file: Path = FILE) -> list[Gate]:
    """All gates so far, oldest first; none when there is no file."""
    if not file.exists():
        return []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [Gate.model_validate_json(line) for line in lines]
