"""What is kept of every measurement."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

FILE = Path(__file__).parent / "results" / "turns.jsonl"


class Turn(BaseModel, frozen=True):
    """One report, made and looked at."""

    started: str
    load_average: float
    operations: int
    judging: float  # seconds of CPU
    rendering: float  # seconds of CPU
    peak: float  # bytes of this process' memory
    size: int  # bytes of the report
    first_paint: float  # milliseconds
    sorting: float  # milliseconds


def write(turns: list[Turn], file: Path = FILE) -> None:
    """Keep the turns of this run, in place of those of the last."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(each.model_dump_json() + "\n" for each in turns), encoding="utf-8")
