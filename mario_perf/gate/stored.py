"""The gate against a stored baseline: runs of one build, compared with runs that were kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mario_perf.baselines import stored_baselines
from mario_perf.builds.packages import recorded
from mario_perf.errors import BaselineMissingError, UserError
from mario_perf.gate.load_process import Load, SideDiedError, run
from mario_perf.gate.sides import Scraped, fresh
from mario_perf.judgement.judge import conclude
from mario_perf.judgement.round_selection import reasons
from mario_perf.measurement.measured_run import MeasuredRun, measure_run
from mario_perf.measurement.recorded_runs import measure_recorded
from mario_perf.validity import incidents
from mario_perf.validity.environments import environment_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from mario_perf.baselines.stored_baselines import Baseline
    from mario_perf.builds.build import Build
    from mario_perf.configuration.policy import Policy
    from mario_perf.model import Finding, GateResult
    from mario_perf.reports.progress import Narrator
    from mario_perf.sources.source import SourceOf

RUNS = 5
"""Runs a build: what tells builds apart from runs is how far the runs of one build lie apart."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything a comparison with a stored baseline needs; ``baseline`` is None for what is kept, if any."""

    candidate: Build
    committed: Callable[[], AbstractContextManager[Build]]
    load: Load
    policy: Policy
    source_of: SourceOf
    folder: Path
    baseline: Baseline | None
    scraped: Scraped = lambda _: None


def longest(load: Load) -> float:
    """About how many seconds it takes when the baseline has to be measured as well."""
    return 2 * RUNS * load.whole_time


def play(stored: Stored, narrator: Narrator) -> GateResult:
    """Measure the candidate; measure and keep a baseline first where this environment has none; compare.

    What goes wrong after the first run makes the result invalid, and what was measured before stays in it.

    Raises:
        InvalidRunError: the service died in the first run before anything was measured.
        UserError: the service or Locust cannot be started in the first run, or nothing could be measured.
    """
    candidate: list[MeasuredRun] = []
    try:
        for number in range(1, RUNS + 1):
            one = _played(stored, stored.candidate, number, narrator)
            candidate.append(one)  # at once: it stays when the next fails
        baseline = stored.baseline or _existing(candidate[-1], narrator) or _made(stored, narrator)
    except (SideDiedError, UserError) as failed:
        if not candidate and isinstance(failed, UserError):
            raise
        first = _folder(stored, stored.candidate, 1)
        played = candidate or measure_recorded([first], stored.source_of).runs
        return conclude(played, stored.baseline, stored.policy, incidents=(_incident(failed),))
    return conclude(candidate, baseline, stored.policy)


def _played(stored: Stored, build: Build, number: int, narrator: Narrator) -> MeasuredRun:
    """One run of a build; what ends it before its time is kept in its folder, too."""
    narrator.say(f"run {number} of {RUNS} of the {build.name}, about {stored.load.whole_time:.0f} s each")
    folder = _folder(stored, build, number)
    load = replace(stored.load, seed=stored.load.seed + number - 1)
    try:
        with fresh(build, scraped=stored.scraped)(load.seed, folder) as services:
            done = run(load, services, folder, narrator.tick)
            done = recorded(done, services.packages)
            return measure_run(done, stored.source_of(done))
    except SideDiedError as died:
        told = SideDiedError(f"in run {number} of the {build.name}: {died}")
        incidents.keep(folder, _incident(told))
        raise told from died
    except UserError as failed:
        incidents.keep(folder, _incident(failed))
        raise


def _incident(failed: SideDiedError | UserError) -> Finding:
    told = incidents.side_died if isinstance(failed, SideDiedError) else incidents.run_failed
    return told(str(failed))


def _folder(stored: Stored, build: Build, number: int) -> Path:
    return stored.folder / f"{build.name}-{number}"


def _existing(one: MeasuredRun, narrator: Narrator) -> Baseline | None:
    """What is kept of this scenario and environment."""
    record = one.record
    try:
        found = stored_baselines.load(stored_baselines.find(record.scenario, record.environment))
    except BaselineMissingError:
        return None
    if found.environment_id != environment_id(record.environment):
        return None
    revisions = ", ".join(dict.fromkeys(run.revision or "unknown" for run in found.runs))
    narrator.say(f"comparing with the stored runs of {revisions} in {found.path}")
    return found


def _made(stored: Stored, narrator: Narrator) -> Baseline:
    """Measure the committed build, and keep the runs that are fit.

    One that could not be judged is nothing to judge others by.

    Raises:
        SideDiedError: the service ended under load.
        UserError: it cannot be built, started or kept, or none of its runs is fit.
    """
    narrator.say("no baseline of this environment yet: measuring the baseline build first")
    with stored.committed() as build:
        played = [_played(stored, build, number, narrator) for number in range(1, RUNS + 1)]
    baseline = None
    for each in played:
        if unfit := reasons(each):
            narrator.warn(f"{each.record.run_id} is not stored: {unfit[0].message}")
        else:
            baseline = stored_baselines.save(each.candidate)
    if baseline is None:
        raise UserError("no run of the baseline is valid; run again on a calmer machine")
    return baseline
