"""What is kept of every run."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path(__file__).parent / "results"


class Record(BaseModel, frozen=True):
    """One generator, once."""

    turn: int
    started: str = Field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    load_average: float = Field(default_factory=lambda: os.getloadavg()[0])
    python: str = Field(default_factory=lambda: sys.version)
    generator: str
    requests: float
    seconds: float
    cpu: float  # seconds

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def cost(self) -> float:
        """Seconds of CPU a request."""
        return self.cpu / self.requests

    @property
    def line(self) -> str:
        """What to say when it has been measured."""
        return f"{self.generator}: {self.rate:,.0f} requests/s, {self.cost * 1e6:.0f} µs of CPU each"


class Run(Record, frozen=True):
    """What a generator did on a server."""

    server: str
    users: int
    memory: float  # bytes at the peak; 0 where it was not looked at


class Reading(Record, frozen=True):
    """What a generator said of response times that are known, both in seconds by p50, p95 and p99.

    A ``rate_asked`` of None is as fast as it goes. One in a hundred of the server's answers was late by more
    than ``server_late``. An ``invalid`` run is one that the generator itself does not believe.
    """

    load: str
    rate_asked: float | None
    connections: int
    said: dict[str, float]
    truth: dict[str, float]
    server_late: float
    invalid: bool = False

    @property
    def errors(self) -> dict[str, float]:
        """Relative to the truth, of the quantiles that it says."""
        return {name: value / self.truth[name] - 1 for name, value in self.said.items()}

    @property
    def line(self) -> str:
        """What to say when it has been measured."""
        errors = ", ".join(f"{name} {error:+.1%}" for name, error in self.errors.items())
        return f"{self.generator}, {self.load}, {self.rate:,.0f} requests/s: {errors}"


def write(name: str, records: Sequence[Record]) -> None:
    """Keep the records of this benchmark, in place of those before."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    lines = "".join(each.model_dump_json() + "\n" for each in records)
    (FOLDER / f"{name}.jsonl").write_text(lines, encoding="utf-8")


def read(name: str, kind: type[Record]) -> list[Any]:
    """The records of a benchmark; none when there were none."""
    file = FOLDER / f"{name}.jsonl"
    if not file.exists():
        return []
    return [kind.model_validate_json(line) for line in file.read_text(encoding="utf-8").splitlines()]
