"""What is kept of each tutorial that was done."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

FILE = Path(__file__).parent / "results" / "tutorials.jsonl"


class Walk(BaseModel, frozen=True):
    """One page from its first command to its last."""

    tutorial: str
    started: str
    load_average: float
    unchanged: str  # what the gate of the unchanged service said
    slower: str  # and of the slower one
    until_green: float  # seconds from the first command to the end of the first gate
    until_red: float  # seconds from there to the end of the second


def read(file: Path = FILE) -> list[Walk]:
    if not file.exists():
        return []
    return [Walk.model_validate_json(line) for line in file.read_text(encoding="utf-8").splitlines()]


def keep(walk: Walk, file: Path = FILE) -> None:
    """In place of the last one of its tutorial."""
    others = [each for each in read(file) if each.tutorial != walk.tutorial]
    file.parent.mkdir(parents=True, exist_ok=True)
    kept = sorted([*others, walk], key=lambda each: each.tutorial)
    file.write_text("".join(each.model_dump_json() + "\n" for each in kept), encoding="utf-8")
