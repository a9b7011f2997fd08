"""What is kept of each trial, and whether the gate was right."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from mario_perf.configuration.policy import Thresholds

FILE = Path(__file__).parent / "results" / "trials.jsonl"

Truth = Literal["slower", "faster", "unchanged", "too close to tell"]


class Trial(BaseModel):
    """A gate of one pair, and the direct measurement: log ratios of after to before."""

    pair: str
    started: str
    load_average: float
    seconds: float
    outcome: str
    verdicts: dict[str, str]  # by operation
    direct: float
    direct_low: float
    direct_high: float

    @property
    def truth(self) -> Truth:
        """What the direct measurement says, by the default thresholds of the typical duration."""
        noise, resolution = (
            math.log1p(each) for each in (Thresholds().latency_noise, Thresholds().latency_resolution)
        )
        if self.direct_low > resolution:
            return "slower"
        if self.direct_high < -resolution:
            return "faster"
        if self.direct_high < resolution and self.direct_low > -resolution and abs(self.direct) < 2 * noise:
            return "unchanged"
        return "too close to tell"

    def is_right(self, operation: str) -> bool:
        """Whether the gate named what became slower, and nothing else."""
        red = {name for name, verdict in self.verdicts.items() if verdict == "regressed"}
        if self.truth == "too close to tell":
            return red <= {operation}
        if self.truth == "faster":
            return not red and self.verdicts[operation] == "improved"
        return red == ({operation} if self.truth == "slower" else set())


def append(trial: Trial, file: Path = FILE) -> None:
    """Add a line."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f"{trial.model_dump_json()}\n")


def read(file: Path = FILE) -> list[Trial]:
    """All trials so far, oldest first."""
    if not file.exists():
        return []
    return [Trial.model_validate_json(line) for line in file.read_text(encoding="utf-8").splitlines()]
