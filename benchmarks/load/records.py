"""What is kept of every run."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

FOLDER = Path(__file__).parent / "results"


class Run(BaseModel, frozen=True):
    """One generator, once."""

    turn: int
    started: str
    load_average: float
    server: str
    generator: str
    users: int
    requests: float
    seconds: float
    cpu: float  # seconds
    memory: float  # bytes at the peak; 0 where it was not looked at

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def cost(self) -> float:
        """Seconds of CPU a request."""
        return self.cpu / self.requests


def write(name: str, runs: list[Run]) -> None:
    """Keep the runs of this benchmark, in place of those before."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    lines = "".join(each.model_dump_json() + "\n" for each in runs)
    (FOLDER / f"{name}.jsonl").write_text(lines, encoding="utf-8")


def read(name: str) -> list[Run]:
    """The runs of a benchmark; none when there were none."""
    file = FOLDER / f"{name}.jsonl"
    if not file.exists():
        return []
    return [Run.model_validate_json(line) for line in file.read_text(encoding="utf-8").splitlines()]
