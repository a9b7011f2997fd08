"""Which machines and versions measure alike. Durations of different environments are never compared."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mario_perf.model import Workload
    from mario_perf.run_record import Environment

_GIB = 1 << 30


def identity(environment: Environment) -> dict[str, str]:
    """What must be the same for two runs to be compared; rounded where it differs without meaning."""
    return {
        "cpu model": environment.cpu_model,
        "cores": str(environment.cores),
        "memory": f"{round(environment.memory_bytes / _GIB)} GiB",
        "python": _first_two(environment.python),
        "kernel": _first_two(environment.kernel),
    }


def environment_id(environment: Environment) -> str:
    """Short name of an environment, safe as a file name."""
    same = identity(environment)
    digest = hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()[:8]
    memory = same["memory"].split()[0]
    return f"{same['cores']}cores-{memory}gib-python{same['python']}-{digest}"


def is_busy(load_average: float, cores: int) -> bool:
    """Whether other work holds all cores: more want to run than can."""
    return load_average > cores


def other_work(baseline: Environment, candidate: Environment) -> dict[str, tuple[str, str]]:
    """Both load averages, where one of the machines was busy before its run: no reference tells it all."""
    loads = [(each.load_average[0], each.cores) for each in (baseline, candidate)]
    if not any(is_busy(load, cores) for load, cores in loads):
        return {}
    before, now = (f"{load:.1f} on {cores} cores" for load, cores in loads)
    return {"load average": (before, now)}


def changes(baseline: Environment, candidate: Environment) -> dict[str, tuple[str, str]]:
    """What of the identity differs: key to (baseline, candidate)."""
    return version_differences(identity(baseline), identity(candidate))


def workload_changes(baseline: Workload | None, candidate: Workload | None) -> dict[str, tuple[str, str]]:
    """What of the load differs, the same way. A load that was not kept is taken to be the same."""
    if baseline is None or candidate is None:
        return {}
    before, now = (
        {key: _text(value) for key, value in asdict(load).items()} for load in (baseline, candidate)
    )
    return version_differences(before, now)


def load_changes(kept: Sequence[Workload | None], now: Workload | None) -> dict[str, tuple[str, str]]:
    """What of the load differs in any of the kept runs, the same way."""
    return dict(chain.from_iterable(workload_changes(each, now).items() for each in kept))


def listed_changes(changes: Mapping[str, tuple[str, str]]) -> str:
    """In words: ``users: 20, now 1; cores: 2, now 4``."""
    return "; ".join(f"{key}: {before}, now {now}" for key, (before, now) in changes.items())


def _text(value: object) -> str:
    if value is None:
        return "not known"
    return " ".join(value) or "none" if isinstance(value, tuple) else str(value)


def package_changes(baseline: Environment, candidate: Environment) -> dict[str, tuple[str, str]]:
    """Packages of other versions: name to (baseline, candidate). They do not make another environment."""
    return version_differences(baseline.packages, candidate.packages)


def version_differences(
    baseline: Mapping[str, str], candidate: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Values that are not the same: key to (baseline, candidate), ``none`` where there is no value."""
    return {
        key: (baseline.get(key, "none"), candidate.get(key, "none"))
        for key in sorted(baseline.keys() | candidate.keys())
        if baseline.get(key) != candidate.get(key)
    }


def _first_two(version: str) -> str:
    return ".".join(version.split(".")[:2])
