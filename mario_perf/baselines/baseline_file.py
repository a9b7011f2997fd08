"""How a baseline is written: JSON, with the counts of each operation packed.

Counts are little-endian arrays, compressed by zlib, in base64: a histogram over time is mostly zeros. Bounds
stand once, as all runs of a baseline share them.
"""

from __future__ import annotations

import base64
import math
import zlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt

from mario_perf.decompression import ZLIB, limit_size, pieces
from mario_perf.model import Measurement, Operation, ReferenceLevels, Requests, RunMeasurement, Workload
from mario_perf.run_record import Environment, Side, Span  # noqa: TC001 — pydantic needs them at run time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

SCHEMA_VERSION: Final = 1

_COUNT, _FLOAT = "<i4", "<f8"
_MAX_COUNTS: Final = 1 << 26
"""Of a file: 1,000 operations with 120 buckets, 50 slices and 10 runs have 60 million."""


_TOLERANCE: Final = 0.05
"""Share by which sums may miss what buckets allow, beside the widest bound: a scrape reads both in turn."""


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class StoredRequests(_Stored):
    """What the client saw of an operation; ``typical`` is null without a response time."""

    sent: NonNegativeInt
    failures: dict[str, NonNegativeInt]
    business: NonNegativeInt
    typical: float | None


class StoredMeasurement(_Stored):
    """A measurement of one operation; the three ``slice`` fields are packed."""

    kind: str
    name: str
    duration: float = Field(gt=0)
    executions: NonNegativeInt
    failures: dict[str, NonNegativeInt]
    time_spent: NonNegativeFloat
    slices: str
    slice_sums: str
    slice_failures: str
    requests: StoredRequests | None = None


class StoredWorkload(_Stored):
    """How a run was loaded."""

    model: str
    users: int
    shape: str
    rate: float | None = None
    arrivals: str | None = None
    tags: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    think: str | None = None


class StoredReference(_Stored):
    """What the reference beside a run took: typical seconds by operation."""

    version: str
    typical: dict[str, float]


class StoredRun(_Stored):
    """A measured run."""

    run_id: str
    revision: str | None
    side: Side
    window: Span
    environment: Environment
    workload: StoredWorkload | None = None
    slice_edges: tuple[float, ...]
    tells_failures: bool = True
    reference: StoredReference | None = None
    operations: tuple[StoredMeasurement, ...]


class StoredBaseline(_Stored):
    """The file: runs of one scenario in one environment, oldest first."""

    schema_version: Literal[1] = SCHEMA_VERSION
    scenario: str
    environment_id: str
    bounds: tuple[float, ...]
    runs: tuple[StoredRun, ...]


def to_file(runs: Sequence[RunMeasurement], environment_id: str) -> StoredBaseline:
    """As written. All runs have the same bounds and scenario; at least one run."""
    return StoredBaseline(
        scenario=runs[0].scenario,
        environment_id=environment_id,
        bounds=tuple(runs[0].bounds.tolist()),
        runs=tuple(_run_to_file(run) for run in runs),
    )


def from_file(file: StoredBaseline) -> tuple[RunMeasurement, ...]:
    """As measured.

    Raises:
        ValueError: Packed counts are damaged, or too many.
    """
    bounds = np.array(file.bounds)
    if not (np.isfinite(bounds).all() and (np.diff(bounds) > 0).all()):
        raise ValueError("bounds of buckets that do not rise")
    rows = sum(len(run.operations) * len(run.slice_edges) for run in file.runs)
    if rows * (len(bounds) + 1) > _MAX_COUNTS:
        raise ValueError("more counts than a baseline has")
    return tuple(_run_from_file(run, file.scenario, bounds) for run in file.runs)


def _run_from_file(run: StoredRun, scenario: str, bounds: Floats) -> RunMeasurement:
    edges = np.array(run.slice_edges)
    if not (np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
        raise ValueError(f"run {run.run_id} has slices that do not follow each other")
    return RunMeasurement(
        run_id=run.run_id,
        scenario=scenario,
        side=run.side,
        window=run.window,
        bounds=bounds,
        slice_edges=edges,
        measurements={each.name: _measurement(each, len(edges) - 1, bounds) for each in run.operations},
        environment=run.environment,
        revision=run.revision,
        workload=Workload(**run.workload.model_dump()) if run.workload else None,
        tells_failures=run.tells_failures,
        reference=ReferenceLevels(**run.reference.model_dump()) if run.reference else None,
    )


def _run_to_file(run: RunMeasurement) -> StoredRun:
    return StoredRun(
        run_id=run.run_id,
        revision=run.revision,
        side=run.side,
        window=run.window,
        environment=run.environment,
        workload=StoredWorkload(**asdict(run.workload)) if run.workload else None,
        slice_edges=tuple(run.slice_edges.tolist()),
        tells_failures=run.tells_failures,
        reference=StoredReference(**asdict(run.reference)) if run.reference else None,
        operations=tuple(_measurement_to_file(each) for each in run.measurements.values()),
    )


def _measurement_to_file(measurement: Measurement) -> StoredMeasurement:
    return StoredMeasurement(
        kind=measurement.operation.kind,
        name=measurement.operation.name,
        duration=measurement.duration,
        executions=measurement.executions,
        failures=dict(measurement.failures),
        time_spent=measurement.time_spent,
        slices=_pack(measurement.slices, _COUNT),
        slice_sums=_pack(measurement.slice_sums, _FLOAT),
        slice_failures=_pack(measurement.slice_failures, _COUNT),
        requests=_requests_to_file(measurement.requests) if measurement.requests else None,
    )


def _requests_to_file(requests: Requests) -> StoredRequests:
    return StoredRequests(
        sent=requests.sent,
        failures=dict(requests.failures),
        business=requests.business,
        typical=requests.typical if math.isfinite(requests.typical) else None,
    )


def _measurement(each: StoredMeasurement, slices: int, bounds: Floats) -> Measurement:
    buckets = len(bounds) + 1
    counts, sums, failures = (
        _unpack(each.slices, _COUNT, slices * buckets).astype(np.int64).reshape(slices, buckets),
        _unpack(each.slice_sums, _FLOAT, slices).astype(np.float64).reshape(slices),
        _unpack(each.slice_failures, _COUNT, slices).astype(np.int64).reshape(slices),
    )
    if not (np.isfinite(sums).all() and all((part >= 0).all() for part in (counts, sums, failures))):
        raise ValueError(f"{each.name} has counts or sums that are not figures")
    least = float(counts.sum(axis=0)[1:] @ bounds) * (1 - _TOLERANCE) - float(bounds[-1:].sum())
    if min(each.time_spent, float(sums.sum())) < least:
        raise ValueError(f"{each.name} took less time than its buckets allow")
    return Measurement(
        operation=Operation(each.kind, each.name),
        duration=each.duration,
        executions=each.executions,
        failures=each.failures,
        time_spent=each.time_spent,
        slices=counts,
        slice_sums=sums,
        slice_failures=failures,
        requests=_requests(each.requests) if each.requests else None,
    )


def _requests(kept: StoredRequests) -> Requests:
    typical = math.nan if kept.typical is None else kept.typical
    return Requests(kept.sent, kept.failures, kept.business, typical)


def _pack(values: Counts | Floats, layout: str) -> str:
    return base64.b64encode(zlib.compress(values.astype(layout).tobytes(), 9)).decode()


def _unpack(packed: str, layout: str, count: int) -> Counts | Floats:
    most = count * np.dtype(layout).itemsize
    unpacked = limit_size(most, pieces([base64.b64decode(packed, validate=True)], ZLIB))
    return np.frombuffer(b"".join(unpacked), dtype=layout)
