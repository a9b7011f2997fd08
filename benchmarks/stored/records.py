"""Runs that were played, each in a file of its own: what it measured, and what was done to the build."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from mario_perf.baselines import baseline_file
from mario_perf.baselines.baseline_file import StoredBaseline  # noqa: TC001 - pydantic needs it
from mario_perf.measurement.slices import merge
from mario_perf.validity.environments import environment_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mario_perf.model import RunMeasurement

RESULTS = Path(__file__).parent / "results"
WITH_PAUSES = "with-pauses"
"""Folder of runs by 20 users that pause between steps, as Locust has them by itself: why gates do not."""

SLICES = 12
"""Of each run: what judges p95 over time has as many points."""

UNCHANGED = "unchanged"
CHANGED = "PlaceOrderCommand"
SLOWED: Mapping[str, frozenset[str] | None] = {
    UNCHANGED: frozenset(),
    "one +10 %": frozenset({CHANGED}),
    "one +20 %": frozenset({CHANGED}),
    "all +10 %": None,
}
"""By build: the operations that are slower in truth; None: all of them."""


class Played(BaseModel):
    """A run of 60 s. ``measured`` holds it as a baseline would, in fewer slices."""

    service: str
    build: str
    busy: bool
    measured: StoredBaseline

    @property
    def run(self) -> RunMeasurement:
        """As measured."""
        return baseline_file.from_file(self.measured)[0]


def keep(service: str, build: str, run: RunMeasurement, *, busy: bool, folder: Path = RESULTS) -> None:
    """Write it to a new file."""
    stored = baseline_file.to_file([merge(run, SLICES)], environment_id(run.environment))
    played = Played(service=service, build=build, busy=busy, measured=stored)
    folder.mkdir(parents=True, exist_ok=True)
    name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ.json")
    (folder / name).write_text(played.model_dump_json() + "\n", encoding="utf-8")


def read(folder: Path = RESULTS) -> list[Played]:
    """All that were kept, in the order of time."""
    return [Played.model_validate_json(path.read_bytes()) for path in sorted(folder.glob("*.json"))]
