"""One run of a service with the reference beside it, as a gate against a stored baseline plays it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.stored.records import CHANGED, UNCHANGED
from mario_perf.builds import embedded_pizzeria
from mario_perf.builds.build import Build
from mario_perf.builds.git import Checkout
from mario_perf.builds.preparation import prepare
from mario_perf.configuration import policy_file
from mario_perf.configuration.policy import Policy
from mario_perf.errors import NotKeptError
from mario_perf.gate import sides
from mario_perf.gate.load_plan import LoadRequest, plan_load
from mario_perf.gate.load_process import run_locust
from mario_perf.judgement.round_selection import invalid_findings
from mario_perf.measurement.measured_run import measure_run
from mario_perf.pizzeria.bootstrap import OPERATIONS
from mario_perf.reports.progress import show_progress
from mario_perf.sources.source import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mario_perf.model import RunMeasurement

WINDOW = 60.0
ZOO = Path(__file__).parents[1] / "zoo" / "service"
PIZZERIA, FOREIGN = "pizzeria", "foreign"

BUILDS: Mapping[str, Mapping[str, float]] = {
    UNCHANGED: {},
    "one +10 %": {CHANGED: 1.1},
    "one +20 %": {CHANGED: 1.2},
    "all +10 %": dict.fromkeys(OPERATIONS, 1.1),
}
"""Of the pizzeria: by how much each operation is slowed. All builds have the code that slows."""

BURNER = """
import time
while True:
    end = time.perf_counter() + 0.05
    while time.perf_counter() < end:
        pass
    time.sleep(0.05)
"""
"""Other work that holds half a core."""


@dataclass(frozen=True)
class Turn:
    """What is played next."""

    service: str
    build: str
    busy: bool


TIMES: Mapping[Turn, int] = {
    Turn(PIZZERIA, UNCHANGED, busy=False): 9,
    Turn(PIZZERIA, UNCHANGED, busy=True): 5,
    Turn(PIZZERIA, "one +10 %", busy=False): 3,
    Turn(PIZZERIA, "one +20 %", busy=False): 3,
    Turn(PIZZERIA, "all +10 %", busy=False): 3,
    Turn(PIZZERIA, "one +10 %", busy=True): 1,
    Turn(PIZZERIA, "one +20 %", busy=True): 1,
    Turn(PIZZERIA, "all +10 %", busy=True): 1,
    Turn(FOREIGN, UNCHANGED, busy=False): 7,
    Turn(FOREIGN, UNCHANGED, busy=True): 3,
}
"""How often each is played in a cycle: every comparison needs five runs of the unchanged build, calm ones."""


def _cycle(times: Mapping[Turn, int]) -> tuple[Turn, ...]:
    """Each spread evenly, so that none has one moment of the machine to itself."""
    places = [((number + 0.5) / count, turn) for turn, count in times.items() for number in range(count)]
    return tuple(turn for _, turn in sorted(places, key=lambda each: each[0]))


CYCLE = _cycle(TIMES)


def play(turn: Turn, seed: int, window: float = WINDOW) -> RunMeasurement:
    """Start the service anew, load it, and measure it.

    Raises:
        UserError: it cannot be started, or what was measured cannot be judged.
        SideDiedError: the service ended under load.
    """
    policy_path = ZOO / policy_file.DEFAULT_PATH if turn.service == FOREIGN else None
    policy = policy_file.load(policy_path) if policy_path else Policy()
    planned = plan_load(policy, policy_path, LoadRequest(window=window, seed=seed, reference="auto"))
    load = replace(planned, scenario=turn.service if turn.service == FOREIGN else planned.scenario)
    with (
        tempfile.TemporaryDirectory(prefix="mario-perf-stored-") as name,
        show_progress(load.total_time) as narrator,
        _other_work(busy=turn.busy),
    ):
        folder = Path(name)
        with prepare(_build(turn, policy), folder, narrator) as build:
            run = folder / "run"
            with sides.serve_builds(build)(seed, run) as services:
                played = run_locust(load, services, run, narrator.tick)
        measured = measure_run(played, open_source(policy)(played))
    if problems := invalid_findings(measured):
        raise NotKeptError(problems[0].message)
    if measured.candidate.reference is None:
        raise NotKeptError("the reference beside it failed, or was asked too seldom")
    return measured.candidate


def _build(turn: Turn, policy: Policy) -> Build:
    if turn.service == FOREIGN:
        return Build("candidate", Checkout(ZOO, "zoo"), policy.service)
    slowed = {name: BUILDS[turn.build].get(name, 1.0) for name in OPERATIONS}
    faults = tuple(word for name, factor in slowed.items() for word in ("--slow", f"{name}={factor}"))
    return Build("candidate", embedded_pizzeria.installed_checkout(), None, faults)


@contextmanager
def _other_work(*, busy: bool) -> Iterator[None]:
    if not busy:
        yield
        return
    with subprocess.Popen([sys.executable, "-c", BURNER]) as burner:
        try:
            yield
        finally:
            burner.kill()
