"""What is kept of every measurement."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

FILE = Path(__file__).parent / "results" / "rounds.jsonl"


class Round(BaseModel, frozen=True):
    """One turn of all arms."""

    started: str
    load_average: float
    microseconds: dict[str, float]  # added to an operation, by arm
    scrape: float  # milliseconds of the event loop, the whole page


def write(rounds: list[Round], file: Path = FILE) -> None:
    """Keep the rounds of this run, in place of those of the last."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(each.model_dump_json() + "\n" for each in rounds), encoding="utf-8")


def read(file: Path = FILE) -> list[Round]:
    """The rounds of the last run; none when there was none."""
    if not file.exists():
        return []
    return [Round.model_validate_json(line) for line in file.read_text(encoding="utf-8").splitlines()]
