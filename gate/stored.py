"""The gate against a stored baseline: runs of one build, compared with runs that were kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis import baselines
from analysis.environments import environment_id
from analysis.errors import BaselineMissingError, UserError
from analysis.judge import Measured, measured
from gate.load import Load, SideDiedError, run
from gate.service import Build, served
from gate.sides import target
from gate.spoilt import judged, reasons

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from analysis.baselines import Baseline
    from analysis.judge import SourceOf
    from analysis.model import GateResult
    from analysis.policy import Policy
    from gate.progress import Narrator

RUNS = 5
"""Runs a build: what tells builds apart from runs is how far the runs of one build lie apart."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything a comparison with a stored baseline needs."""

    candidate: Build
    committed: Callable[[], AbstractContextManager[Build]]
    load: Load
    policy: Policy
    source_of: SourceOf
    folder: Path
    baseline: Path | None


def longest(load: Load) -> float:
    """About how many seconds it takes when the baseline has to be measured as well."""
    return 2 * RUNS * load.whole_time


def play(stored: Stored, narrator: Narrator) -> GateResult:
    """Measure the candidate; measure and keep a baseline first where this environment has none; compare.

    Raises:
        UserError: a service or Locust cannot be started, a service died, or the baseline cannot be used or,
            as no run of it was valid, not be made.
    """
    candidate = _runs(stored, stored.candidate, "candidate", narrator)
    baseline = _existing(stored, candidate[-1])
    if baseline is None:
        narrator.say("no baseline of this environment yet: measuring one from the committed build")
        with stored.committed() as build:
            baseline = _kept(_runs(stored, build, "baseline", narrator), narrator)
    return judged(candidate, baseline, stored.policy)


def _kept(played: list[Measured], narrator: Narrator) -> Baseline:
    """Save the runs that are fit: one that could not be judged is nothing to judge others by."""
    baseline = None
    for each in played:
        if unfit := reasons(each):
            narrator.say(f"{each.record.run_id} is not kept: {unfit[0].message}")
        else:
            baseline = baselines.save(each.candidate)
    if baseline is None:
        raise BaselineSpoiltError("no run of the baseline is fit to be kept; run again on a calmer machine")
    return baseline


def _existing(stored: Stored, measured_: Measured) -> Baseline | None:
    if stored.baseline is not None:
        return baselines.load(stored.baseline)
    try:
        found = baselines.load(baselines.find(measured_.record.scenario, measured_.record.environment))
    except BaselineMissingError:
        return None
    same = found.environment_id == environment_id(measured_.record.environment)
    return found if same else None


def _runs(stored: Stored, build: Build, name: str, narrator: Narrator) -> list[Measured]:
    played = []
    for number in range(1, RUNS + 1):
        narrator.say(f"{name}: run {number} of {RUNS}, about {stored.load.whole_time:.0f} s each")
        folder = stored.folder / f"{name}-{number}"
        load = replace(stored.load, seed=stored.load.seed + number - 1)
        with served((build,), number, folder) as children:
            try:
                done = run(load, target(build), None, folder, children, narrator.tick)
            except SideDiedError as died:
                raise ServiceDiedError(f"{name}, run {number}: {died}") from died
            played.append(measured(done, stored.source_of(done)))
    return played


class BaselineSpoiltError(UserError):
    """Every run of the baseline was invalid."""

    exit_code = 4


class ServiceDiedError(UserError):
    """The service ended under load: a run that cannot be judged."""

    exit_code = 4
