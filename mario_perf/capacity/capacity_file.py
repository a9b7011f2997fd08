"""How capacities are written: JSON, in a run's folder or, to be compared with, among the baselines."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mario_perf import first_mistake, local_file
from mario_perf.baselines import stored_baselines
from mario_perf.capacity.capacity_change import MAX_SEARCHES, SearchResult
from mario_perf.capacity.rate_search import Capacity, Probe
from mario_perf.errors import BaselineMissingError, UnreadableBaselineError
from mario_perf.validity.environments import identity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mario_perf.run_record import Environment

SCHEMA_VERSION: Final = 2

ROOT = stored_baselines.ROOT / "capacity"
"""Beside the baselines of runs, one folder a scenario, one file an environment."""


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StoredProbe(_Stored):
    """A short run at one rate."""

    rate: float = Field(gt=0)
    held: bool
    reasons: tuple[str, ...] = ()


class StoredCapacity(_Stored):
    """What one search found; rates a second."""

    rate: float | None = Field(gt=0, description="highest that held; null when none did")
    failed: float | None = Field(gt=0, description="lowest above it that did not; null when all held")
    complete: bool = Field(description="false: the search ended before the rate was confirmed")
    revision: str | None
    conditions: dict[str, str] = Field(description="environment, load and limits: only equals are compared")
    probes: tuple[StoredProbe, ...]


class StoredCapacities(_Stored):
    """The file: searches, oldest first."""

    schema_version: Literal[2] = SCHEMA_VERSION
    searches: tuple[StoredCapacity, ...] = Field(min_length=1)


def conditions(environment: Environment, load: dict[str, str]) -> dict[str, str]:
    """What must be the same for two capacities to be compared."""
    return {**identity(environment), **load}


def load(path: Path) -> tuple[SearchResult, ...]:
    """The searches in a file, at least one, oldest first.

    Raises:
        BaselineMissingError: There is no such file.
        UnreadableBaselineError: It is of another schema, or damaged.
    """
    try:
        file = StoredCapacities.model_validate_json(local_file.content(path))
    except OSError as error:
        raise _missing(path, error.strerror or "unreadable") from error
    except ValidationError as error:
        raise UnreadableBaselineError(
            f"{path}: no capacity of schema {SCHEMA_VERSION} ({first_mistake.text(error)}); remove it and "
            "store a new one with mario-perf capacity --keep"
        ) from error
    return tuple(_from_file(each) for each in file.searches)


def keep(searches: Sequence[SearchResult], path: Path) -> tuple[SearchResult, ...]:
    """Add searches to those in a file, if there is one; the newest ``MAX_SEARCHES`` stay, and are returned.

    Raises:
        UnreadableBaselineError: What is there cannot be read.
    """
    before = load(path) if path.exists() else ()
    kept = (*before, *searches)[-MAX_SEARCHES:]
    write(kept, path)
    return kept


def find(scenario: str, environment: Environment) -> Path:
    """Where the capacity of this environment is, else the only one of another, which says what differs.

    Raises:
        BaselineMissingError: There is none.
    """
    try:
        return stored_baselines.find(scenario, environment, ROOT)
    except BaselineMissingError as error:
        raise _missing(path_for(scenario, environment), "none of this environment") from error


def path_for(scenario: str, environment: Environment) -> Path:
    return stored_baselines.path_for(scenario, environment, ROOT)


def write(searches: Sequence[SearchResult], path: Path) -> None:
    """Write the file and the folders above it, all or nothing."""
    file = StoredCapacities(searches=tuple(_to_file(each) for each in searches))
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".tmp")
    new.write_text(file.model_dump_json(indent=1) + "\n", encoding="utf-8")
    new.replace(path)


def _to_file(result: SearchResult) -> StoredCapacity:
    capacity = asdict(result.capacity)
    if math.isinf(result.capacity.failed):
        capacity["failed"] = None
    return StoredCapacity(revision=result.revision, conditions=dict(result.conditions), **capacity)


def _from_file(stored: StoredCapacity) -> SearchResult:
    probes = tuple(Probe(each.rate, each.held, each.reasons) for each in stored.probes)
    failed = math.inf if stored.failed is None else stored.failed
    capacity = Capacity(stored.rate, failed, probes, stored.complete)
    return SearchResult(capacity, stored.conditions, stored.revision)


def _missing(path: Path, why: str) -> BaselineMissingError:
    return BaselineMissingError(
        f"{path}: no stored capacity ({why}); store one with mario-perf capacity --keep"
    )
