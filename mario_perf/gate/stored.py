"""The gate against a stored baseline: runs of one build, compared with runs that were kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mario_perf.baselines import stored_baselines
from mario_perf.builds.packages import record_packages
from mario_perf.errors import BaselineMissingError, UserError
from mario_perf.gate.load_process import LoadPlan, SideDiedError, run_locust
from mario_perf.gate.sides import ScrapePorts, serve_builds
from mario_perf.judgement.judge import conclude
from mario_perf.judgement.machine_spread import UNKNOWN
from mario_perf.judgement.round_selection import invalid_findings
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
    from mario_perf.judgement.machine_spread import MachineSpread
    from mario_perf.model import Finding, GateResult
    from mario_perf.reports.progress import Narrator
    from mario_perf.sources.source import SourceOf

RUNS_PER_BUILD = 5
"""Runs a build: what tells builds apart from runs is how far the runs of one build lie apart."""


@dataclass(frozen=True, slots=True)
class StoredComparison:
    """The parts of a comparison; without a ``baseline``, the environment's own is looked up or measured."""

    candidate: Build
    open_baseline_build: Callable[[], AbstractContextManager[Build]]
    load: LoadPlan
    policy: Policy
    source_of: SourceOf
    folder: Path
    baseline: Baseline | None
    spread: MachineSpread = UNKNOWN
    scrape_ports: ScrapePorts = lambda _: None


def expected_seconds(load: LoadPlan) -> float:
    """About how many seconds it takes when the baseline has to be measured as well."""
    return 2 * RUNS_PER_BUILD * load.total_time


def play(stored: StoredComparison, narrator: Narrator) -> GateResult:
    """Measure the candidate; measure and keep a baseline first where this environment has none; compare.

    What goes wrong after the first run makes the result invalid, and what was measured before stays in it.

    Raises:
        InvalidRunError: the service died in the first run before anything was measured.
        UserError: the service or Locust cannot be started in the first run, or nothing could be measured.
    """
    candidate: list[MeasuredRun] = []
    try:
        for number in range(1, RUNS_PER_BUILD + 1):
            run = _play_run(stored, stored.candidate, number, narrator)
            candidate.append(run)  # at once: it stays when the next fails
        baseline = (
            stored.baseline or _find_baseline(candidate[-1], narrator) or _measure_baseline(stored, narrator)
        )
    except UserError as error:
        if not candidate and not isinstance(error, SideDiedError):
            raise
        first = _folder(stored, stored.candidate, 1)
        runs = candidate or measure_recorded([first], stored.source_of).runs
        return conclude(runs, stored.baseline, stored.policy, incidents=(_incident(error),))
    return conclude(candidate, baseline, stored.policy, spread=stored.spread)


def _play_run(stored: StoredComparison, build: Build, number: int, narrator: Narrator) -> MeasuredRun:
    """One run of a build; what ends it before its time is kept in its folder, too."""
    narrator.say(
        f"run {number} of {RUNS_PER_BUILD} of the {build.name}, about {stored.load.total_time:.0f} s each"
    )
    folder = _folder(stored, build, number)
    load = replace(stored.load, seed=stored.load.seed + number - 1)
    try:
        with serve_builds(build, scrape_ports=stored.scrape_ports)(load.seed, folder) as services:
            run = run_locust(load, services, folder, narrator.tick)
            run = record_packages(run, services.packages, fresh=services.fresh)
            return measure_run(run, stored.source_of(run))
    except SideDiedError as error:
        named_error = SideDiedError(f"in run {number} of the {build.name}: {error}")
        incidents.keep(folder, _incident(named_error))
        raise named_error from error
    except UserError as error:
        incidents.keep(folder, _incident(error))
        raise


def _incident(error: UserError) -> Finding:
    finding_of = incidents.side_died if isinstance(error, SideDiedError) else incidents.run_failed
    return finding_of(str(error))


def _folder(stored: StoredComparison, build: Build, number: int) -> Path:
    return stored.folder / f"{build.name}-{number}"


def _find_baseline(run: MeasuredRun, narrator: Narrator) -> Baseline | None:
    """What is kept of this scenario and environment."""
    record = run.record
    try:
        baseline = stored_baselines.load(stored_baselines.find(record.scenario, record.environment))
    except BaselineMissingError:
        return None
    if baseline.environment_id != environment_id(record.environment):
        return None
    revisions = ", ".join(dict.fromkeys(run.revision or "unknown" for run in baseline.runs))
    narrator.say(f"comparing with the stored runs of {revisions} in {baseline.path}")
    return baseline


def _measure_baseline(stored: StoredComparison, narrator: Narrator) -> Baseline:
    """Measure the committed build, and keep the runs that are fit.

    One that could not be judged is nothing to judge others by.

    Raises:
        SideDiedError: the service ended under load.
        UserError: it cannot be built, started or kept, or none of its runs is fit.
    """
    narrator.say("no baseline of this environment yet: measuring the baseline build first")
    with stored.open_baseline_build() as build:
        runs = [_play_run(stored, build, number, narrator) for number in range(1, RUNS_PER_BUILD + 1)]
    baseline = None
    for each in runs:
        if problems := invalid_findings(each):
            narrator.warn(f"{each.record.run_id} is not stored: {problems[0].message}")
        else:
            baseline = stored_baselines.save(each.candidate)
    if baseline is None:
        raise UserError("no run of the baseline is valid; run again on a calmer machine")
    return baseline
