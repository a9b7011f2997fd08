"""A service in memory with real Prometheus metrics, and runs of it on disk."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from mario_perf.run_record import (
    Environment,
    Generator,
    Rates,
    RunRecord,
    Side,
    Span,
    StepCounts,
    TargetRecord,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

BOUNDS_MS = tuple(round(10 ** (power / 10), 3) for power in range(-10, 41))

_CREATED = re.compile(r"(_created\S* )\S+")


class Service:
    """Counts executions as the contract says."""

    def __init__(self, start: float = 1.0, bounds: Sequence[float] = BOUNDS_MS) -> None:
        self._start = start
        self.registry = CollectorRegistry()
        self._durations = Histogram(
            "cqrs_execution_duration_milliseconds",
            "durations",
            ["operation", "type", "status"],
            buckets=bounds,
            registry=self.registry,
        )
        self._executions = Counter(
            "cqrs_executions", "executions", ["operation", "type"], registry=self.registry
        )
        self._failures = Counter(
            "cqrs_executions_failures_executions",
            "failures",
            ["operation", "type", "error_type"],
            registry=self.registry,
        )
        Gauge("process_start_time_seconds", "start", registry=self.registry).set(start)

    def execute(
        self, name: str, seconds: float, error_type: str | None = None, kind: str = "command"
    ) -> None:
        status = "success" if error_type is None else "failure"
        self._executions.labels(kind, name).inc()
        self._durations.labels(kind, name, status).observe(seconds * 1000)
        if error_type is not None:
            self._failures.labels(kind, name, error_type).inc()

    def body(self) -> str:
        """As it is scraped; its counters were created when the process started, not now."""
        return _CREATED.sub(rf"\g<1>{self._start}", generate_latest(self.registry).decode())


def environment(**changes: Any) -> Environment:
    values = {
        "cpu_model": "Abacus 9",
        "cores": 2,
        "memory_bytes": 8 << 30,
        "kernel": "6.1.0-13",
        "python": "3.11.2",
        "packages": {"locust": "2.47.0"},
        "load_average": (0.1, 0.1, 0.1),
        "hostname_hash": "abc",
    }
    return Environment.model_validate(values | changes)


def target(
    whole: Mapping[str, int], window: Mapping[str, int] | None = None, side: Side = "candidate", **step: Any
) -> TargetRecord:
    """A target whose every operation has one step, named like it."""

    def steps(counts: Mapping[str, int]) -> tuple[StepCounts, ...]:
        return tuple(
            StepCounts.model_validate(
                {"step": name, "operation": name, "started": n, "reached": n, "statuses": {"200": n}} | step
            )
            for name, n in counts.items()
        )

    return TargetRecord(
        side=side,
        url="http://127.0.0.1:1",
        metrics_url="http://127.0.0.1:1/metrics",
        whole_run=steps(whole),
        in_window=steps(whole if window is None else window),
    )


def record(*targets: TargetRecord, **changes: Any) -> RunRecord:
    """A run of 60 s, of which 10 to 50 are the window."""
    values = {
        "run_id": "run-1",
        "scenario": "mario",
        "seed": 1,
        "model": "closed",
        "users": 20,
        "spawn_rate": 20.0,
        "shape": "constant",
        "command": ("locust",),
        "whole_run": Span(start=0.0, end=60.0),
        "window": Span(start=10.0, end=50.0),
        "rates": Rates(offered=100.0, achieved=100.0),
        "generator": Generator(cpu_utilisation=0.3, loop_lag_p99=0.002, loop_lag_max=0.01),
        "environment": environment(),
        "targets": targets,
        "scrape_interval": 1.0,
    }
    return RunRecord.model_validate(values | changes)


def keep_scrapes(directory: Path, side: Side, bodies: Sequence[tuple[float, str]]) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"scrapes-{side}.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for time, body in bodies:
            file.write(json.dumps({"time": time, "body": body}) + "\n")
    return path


@dataclass
class Plan:
    """What a simulated run does: typical seconds of each operation, and how often it fails."""

    durations: Mapping[str, float] = field(
        default_factory=lambda: {"PlaceOrderCommand": 0.008, "GetMenuQuery": 0.002}
    )
    failing: Mapping[str, float] = field(default_factory=dict)
    per_second: int = 15
    seed: int = 1


def _simulated(plan: Plan, side: Side, directory: Path) -> TargetRecord:
    keep_scrapes(directory, side, _bodies(plan))
    return target(dict.fromkeys(plan.durations, 40 * plan.per_second), side=side)


_PLAYED: dict[str, tuple[tuple[float, str], ...]] = {}


def _bodies(plan: Plan) -> tuple[tuple[float, str], ...]:
    """The scrapes of a plan, which is played once."""
    if (key := repr(plan)) not in _PLAYED:
        _PLAYED[key] = tuple(_play(plan))
    return _PLAYED[key]


def _play(plan: Plan) -> Iterator[tuple[float, str]]:
    random = np.random.default_rng(plan.seed)
    service = Service()
    for second in range(61):
        for name, typical in plan.durations.items() if 10 <= second < 50 else ():
            for duration in typical * random.lognormal(0.0, 0.3, plan.per_second):
                fails = random.random() < plan.failing.get(name, 0.0)
                service.execute(name, float(duration), "exception" if fails else None)
        yield second + 0.5 if 10 <= second < 50 else float(second), service.body()


class MakeRun(Protocol):
    """Writes a run's folder and returns it; with a baseline plan it is a duet."""

    def __call__(self, name: str, plan: Plan, baseline: Plan | None = None, **changes: Any) -> Path: ...


def write_run(directory: Path, plan: Plan, baseline: Plan | None = None, **changes: Any) -> Path:
    """A run's folder, named like the run."""
    targets = [_simulated(plan, "candidate", directory)]
    if baseline is not None:
        targets.insert(0, _simulated(baseline, "baseline", directory))
    written = record(*targets, **({"run_id": directory.name} | changes))
    (directory / "run.json").write_text(written.model_dump_json())
    return directory


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    def make(name: str, plan: Plan, baseline: Plan | None = None, **changes: Any) -> Path:
        return write_run(tmp_path / "runs" / name, plan, baseline, **changes)

    return make
