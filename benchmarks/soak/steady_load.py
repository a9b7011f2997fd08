"""Half of what the pizzeria can do, for a long time: memory, open files, and every request accounted for."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.soak import growth
from benchmarks.soak.pizzeria import serving
from mario_perf import runs
from mario_perf.configuration.policy import Policy
from mario_perf.measurement.recorded_runs import measure_recorded
from mario_perf.sources.source import open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.soak.growth import Reading, Slope
    from mario_perf.model import Reconciliation

_LOCUSTFILE = Path(__file__).parents[2] / "loadtests" / "mario.py"
_PROBE: Final = 15  # seconds
_PROBE_RATE: Final = 5.0
_USERS: Final = 20
_SETTLING: Final = 0.2
"""Share of the time in which caches, pools and the interpreter still fill: not part of the slopes."""


@dataclass(frozen=True, slots=True)
class Soak:
    """What came of it. Slopes are growth in an hour, of bytes and of open files."""

    seconds: float
    rate: float  # journeys a second
    requests: int
    unaccounted: int
    slopes: dict[str, Slope]


def play(folder: Path, seconds: float, tell: Callable[[float], None]) -> Soak:
    """Measure the capacity, then load the half of it.

    Raises:
        RuntimeError: Locust or the pizzeria ended.
    """
    with serving(folder / "pizzeria.db") as pizzeria:
        rate = _capacity(pizzeria.url, folder) / 2
        readings: dict[str, list[Reading]] = {"service": [], "load generator": []}
        begin = time.monotonic()

        def look(generator: int) -> None:
            elapsed = time.monotonic() - begin
            tell(elapsed)
            for name, pid in (("service", pizzeria.process.pid), ("load generator", generator)):
                readings[name].append(growth.read(pid, elapsed))

        options = ("--rate", f"{rate:.3f}", "-t", f"{seconds:.0f}s")
        _locust(pizzeria.url, folder, "soak", options, look)
    (measured,) = measure_recorded([folder / "soak"], open_source(Policy())).runs
    rows = [row for side in measured.sides for row in side.reconciliation]
    return Soak(
        seconds=measured.record.window.duration,
        rate=rate,
        requests=sum(row.client_whole for row in rows),
        unaccounted=sum(map(_unaccounted, rows)),
        slopes=_slopes(readings, seconds),
    )


def _unaccounted(row: Reconciliation) -> int:
    """Requests that one of both has counted and the other has not, and that were not given up on."""
    return 0 if row.agrees else abs(row.server_whole - row.client_whole)


def _capacity(url: str, folder: Path) -> float:
    """Journeys a second that ``_USERS`` users get through."""
    _locust(url, folder, "probe", ("--rate", str(_PROBE_RATE), "-t", f"{_PROBE}s"))
    _locust(url, folder, "capacity", ("-u", str(_USERS), "-r", str(_USERS), "-t", f"{_PROBE}s"))
    probe, most = (runs.load(folder / name).record for name in ("probe", "capacity"))
    sent = sum(step.started for target in probe.targets for step in target.in_window)
    if probe.arrivals is None or not probe.arrivals.finished:
        raise RuntimeError("the probe played no journey")
    return most.rates.achieved / (sent / probe.arrivals.finished)


def _locust(
    url: str, folder: Path, name: str, options: Sequence[str], look: Callable[[int], None] = lambda _: None
) -> None:
    command = [
        sys.executable,
        "-m",
        "mario_perf.load",
        "-f",
        str(_LOCUSTFILE),
        "--headless",
        "--only-summary",
    ]
    command += ["-H", url, "--runs-dir", str(folder), "--run-id", name, *options]
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            while process.poll() is None:
                look(process.pid)
                time.sleep(1.0)
        finally:
            process.kill()
            process.wait()
    if not (folder / name / "run.json").exists():
        raise RuntimeError(f"Locust ended with exit code {process.returncode}; see {folder / name}.log")


def _slopes(readings: dict[str, list[Reading]], seconds: float) -> dict[str, Slope]:
    found = {}
    for name, every in readings.items():
        settled = [each for each in every if _SETTLING * seconds < each.time < seconds]
        times = [each.time for each in settled]
        found[f"memory of the {name}"] = growth.slope(times, [each.memory for each in settled])
        found[f"open files of the {name}"] = growth.slope(times, [each.descriptors for each in settled])
    return found
