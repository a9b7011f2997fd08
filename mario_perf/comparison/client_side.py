"""What the client saw of both sides, laid out as arrays: failed requests and response times.

``R`` runs, ``O`` operations. The client keeps no times of single requests, so a run is a replicate whatever
the service's own metrics were cut into.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.comparison.operations import client_failures
from mario_perf.statistics.shares import HitCounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mario_perf.model import Measurement, RunMeasurement

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ClientSide:
    sent: Counts  # (R, O)
    failed: Counts  # (R, O)
    times: Floats  # (R, O) logarithms of typical response times, NaN where none was seen
    tails: Floats  # (R, O) the same of their p95

    def first(self, runs: int) -> ClientSide:
        """The first few alone."""
        return ClientSide(self.sent[:runs], self.failed[:runs], self.times[:runs], self.tails[:runs])

    @property
    def failures(self) -> HitCounts:
        """For the share of requests that failed."""
        return HitCounts(self.failed, self.sent)

    @property
    def has_times(self) -> Flags:
        """Operations with response times, shape ``(O,)``."""
        return np.asarray(np.isfinite(self.times).any(axis=0))


def client_side(runs: Sequence[RunMeasurement], operations: Sequence[str]) -> ClientSide:
    """Every run a replicate.

    Of an operation that no step names, what was sent is what the service executed, and nothing is known to
    have failed.
    """
    rows = [[_request_counts(run.measurements.get(name)) for name in operations] for run in runs]
    table = np.array(rows, dtype=np.float64).reshape(len(runs), len(operations), 4)
    sent, failed = (table[..., each].astype(np.int64) for each in (0, 1))
    return ClientSide(sent, failed, table[..., 2], table[..., 3])


def _request_counts(measurement: Measurement | None) -> tuple[float, float, float, float]:
    """Sent, failed, logarithms of the typical response time and of p95."""
    if measurement is None:
        return 0, 0, np.nan, np.nan
    requests = measurement.requests
    if requests is None:
        return measurement.executions, 0, np.nan, np.nan
    failed = sum(client_failures(measurement).values())
    return requests.sent, failed, _log(requests.typical), _log(requests.p95)


def _log(seconds: float) -> float:
    return math.log(seconds) if seconds > 0 else math.nan
