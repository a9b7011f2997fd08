"""Baselines: measured runs of one scenario in one environment, committed to the repository."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import ValidationError

from mario_perf import first_mistake, local_file
from mario_perf.baselines import baseline_file
from mario_perf.baselines.baseline_file import StoredBaseline
from mario_perf.errors import BaselineMissingError, UnreadableBaselineError, UserError
from mario_perf.measurement.slices import merge
from mario_perf.sources.counters import MIN_SCRAPES
from mario_perf.validity.environments import environment_id, listed_changes, load_changes

if TYPE_CHECKING:
    from mario_perf.model import RunMeasurement
    from mario_perf.run_record import Environment

ROOT = Path("baselines")
MAX_RUNS = 5
MAX_SLICES = 60


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a candidate is compared with: at least one run, oldest first."""

    path: Path
    scenario: str
    environment_id: str
    runs: tuple[RunMeasurement, ...]

    @property
    def environment(self) -> Environment:
        """Of the newest run."""
        return self.runs[-1].environment


def path_for(scenario: str, environment: Environment, root: Path = ROOT) -> Path:
    return root / scenario / f"{environment_id(environment)}.json"


def find(scenario: str, environment: Environment, root: Path = ROOT) -> Path:
    """The baseline of this scenario in this environment; else the only one of the scenario in another.

    The latter is worth showing, although it cannot decide anything.

    Raises:
        BaselineMissingError: There is none.
    """
    own = path_for(scenario, environment, root)
    others = of_scenario(scenario, root)
    if own.exists():
        return own
    if len(others) == 1:
        return others[0]
    raise BaselineMissingError(
        f"{own}: no baseline of {scenario} for this environment; save one with mario-perf baseline save"
    )


def load(path: Path) -> Baseline:
    """The baseline in a file.

    Raises:
        BaselineMissingError: There is no such file.
        UnreadableBaselineError: It is of another schema, or damaged.
    """
    try:
        file = StoredBaseline.model_validate_json(local_file.content(path))
        runs = baseline_file.from_file(file)
    except OSError as error:
        raise BaselineMissingError(
            f"{path}: no baseline ({error.strerror}); save one with mario-perf baseline save"
        ) from error
    except ValidationError as error:
        raise UnreadableBaselineError(
            f"{path}: not a baseline of schema {baseline_file.SCHEMA_VERSION} "
            f"({first_mistake.text(error)}); remove it and save a new one"
        ) from error
    except ValueError as error:
        raise UnreadableBaselineError(f"{path}: {error}; remove it and save a new one") from error
    if not runs:
        raise UnreadableBaselineError(f"{path}: the baseline has no runs; remove it and save a new one")
    if unseen := [run.run_id for run in runs if len(run.slice_edges) < MIN_SCRAPES]:
        raise UnreadableBaselineError(
            f"{path}: run {unseen[0]} has too few scrapes; remove it and save a new one"
        )
    return Baseline(path, file.scenario, file.environment_id, runs)


def save(run: RunMeasurement, root: Path = ROOT, keep: int = MAX_RUNS) -> Baseline:
    """Add a run to the baseline of its scenario and environment; the newest ``keep`` (>= 1) stay.

    Raises:
        UnreadableBaselineError: What is there cannot be read, or has other histogram bounds or another load.
        UserError: It cannot be written.
    """
    path = path_for(run.scenario, run.environment, root)
    stored = load(path) if path.exists() else None
    if stored and stored.scenario != run.scenario:
        raise UnreadableBaselineError(
            f"{path}: holds runs of {stored.scenario}, not of {run.scenario}: here both names are one file; "
            "rename one of the scenarios"
        )
    before = stored.runs if stored else ()
    others = tuple(each for each in before if each.run_id != run.run_id)
    if others and not np.array_equal(others[0].bounds, run.bounds):
        raise UnreadableBaselineError(
            f"{path}: its histogram bounds differ from the run's; remove it and save a new one"
        )
    if differences := load_changes([each.workload for each in others], run.workload):
        raise UnreadableBaselineError(
            f"{path}: its runs had another load ({listed_changes(differences)}); remove it and save a new one"
        )
    runs = (*others, merge(run, MAX_SLICES))[-keep:]
    file = baseline_file.to_file(runs, environment_id(run.environment))
    try:
        _write(path, file.model_dump_json(indent=1) + "\n")
    except OSError as error:
        raise UserError(
            f"{path}: the baseline cannot be written ({error.strerror}); make {root}/ a folder that can be"
        ) from error
    return Baseline(path, run.scenario, file.environment_id, runs)


def find_all(root: Path = ROOT) -> tuple[Path, ...]:
    """All baseline files, by scenario and environment."""
    return tuple(sorted(root.glob("*/*.json")))


def of_scenario(scenario: str, root: Path = ROOT) -> tuple[Path, ...]:
    """The baseline files of a scenario, by environment."""
    return tuple(sorted((root / scenario).glob("*.json")))


def _write(path: Path, text: str) -> None:
    """All of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf-8"
    ) as file:
        file.write(text)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
