"""Every metric of both sides, with what is known of its change: all that verdicts are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.comparison import checks as make
from mario_perf.comparison import metric_values
from mario_perf.comparison.slow_executions import counted
from mario_perf.statistics.shares import Counted, contrast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from mario_perf.comparison.checks import Check
    from mario_perf.comparison.client_side import ClientSide
    from mario_perf.comparison.metric_values import Both
    from mario_perf.comparison.replicates import Replicates
    from mario_perf.comparison.slow_executions import Slow
    from mario_perf.configuration.policy import Policy, Thresholds
    from mario_perf.model import Metric, Operation
    from mario_perf.statistics.change import Changes
    from mario_perf.statistics.shares import Contrast

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]
    Comparing = Callable[[Floats, Floats, Floats], Changes]


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared: the operations in the order of the arrays, and both sides.

    ``together`` says whether they ran at the same time. On a slower day most executions above a bound are of
    that day, whatever was built, so that the share of slow ones decides nothing unless both had the same day;
    nor do response times, which hold the load generator's own noise. Where no ``service_tells`` of failures,
    those that the client saw are the failures.
    """

    operations: tuple[Operation, ...]
    baseline: Replicates
    candidate: Replicates
    failures: tuple[tuple[Mapping[str, int], Mapping[str, int]], ...]  # baseline's, candidate's
    client: tuple[ClientSide, ClientSide]  # baseline's, candidate's
    service_tells: bool
    together: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """Every metric of every operation, before anything is decided."""

    changes: Mapping[Metric, Changes]
    shares: Mapping[Metric, Contrast]
    checks: Sequence[Check]

    def check(self, metric: Metric) -> Check:
        """Of one metric."""
        return next(check for check in self.checks if check.metric == metric)


def compared(sides: Sides, comparing: Comparing, policy: Policy) -> Compared:
    """Compare every metric of every operation; the arguments are those of ``judge``."""
    limits = [policy.of(operation.name) for operation in sides.operations]
    logs = {name: read(sides.baseline, sides.candidate) for name, read in metric_values.LOGARITHMIC.items()}
    changes = {name: _changes(sides, both, comparing, limits) for name, both in logs.items()}
    durations = [_duration_check(name, sides, both, changes[name], limits) for name, both in logs.items()]
    changes["response_time"] = _response_changes(sides, comparing, limits)
    durations.insert(2, _response_check(sides, changes["response_time"], limits))
    failed, slow = contrast(*_failed(sides)), _slow(sides, limits)
    slowest = contrast(slow.baseline, slow.candidate)
    told = [
        make.of_shares("error_ratio", failed, *_thresholds("error", limits), _all(limits, gate=True)),
        make.of_shares(
            "slow_share",
            slowest,
            *_thresholds("slow", limits),
            _all(limits, gate=sides.together),
            slow.bounds,
        ),
    ]
    shares: dict[Metric, Contrast] = {"error_ratio": failed, "slow_share": slowest}
    if sides.service_tells:
        shares["response_errors"] = contrast(*(side.failures for side in sides.client))
        told.append(_response_errors(sides, shares["response_errors"], limits))
    return Compared(changes, shares, [*durations[:2], *told, *durations[2:]])


def _response_changes(sides: Sides, comparing: Comparing, limits: Sequence[Thresholds]) -> Changes:
    fewest = np.minimum(*(side.sent.sum(axis=0) for side in sides.client))
    enough = fewest >= _array(limits, "min_samples")
    baseline, candidate = (np.where(enough, side.times, np.nan) for side in sides.client)
    return comparing(baseline, candidate, _inverse(*(side.sent for side in sides.client)))


def _response_check(sides: Sides, changes: Changes, limits: Sequence[Thresholds]) -> Check:
    """It gates where both sides ran together in several rounds: one round has no spread."""
    several = min(len(side.sent) for side in sides.client) > 1
    known = np.logical_and(*(side.known for side in sides.client))
    values = (_typical(sides.client[0].times), _typical(sides.client[1].times))
    thresholds = _thresholds("response", limits)
    return make.of_durations(
        "response_time", values, changes, *thresholds, known & (several and sides.together)
    )


def _response_errors(sides: Sides, failed: Contrast, limits: Sequence[Thresholds]) -> Check:
    """Beside what the service tells: what it does not know of, such as an answer that was lost on the way."""
    known = np.logical_and(*(side.known for side in sides.client))
    return make.of_shares("response_errors", failed, *_thresholds("error", limits), known)


def _failed(sides: Sides) -> tuple[Counted, Counted]:
    if not sides.service_tells:
        return sides.client[0].failures, sides.client[1].failures
    return (
        Counted(sides.baseline.failed, sides.baseline.executions),
        Counted(sides.candidate.failed, sides.candidate.executions),
    )


def _slow(sides: Sides, limits: Sequence[Thresholds]) -> Slow:
    return counted(sides.baseline, sides.candidate, _enough(sides, limits))


def _changes(sides: Sides, logs: Both, comparing: Comparing, limits: Sequence[Thresholds]) -> Changes:
    enough = _enough(sides, limits)
    baseline, candidate = (np.where(enough, side, np.nan) for side in logs)
    return comparing(baseline, candidate, _counting_noise(sides))


def _enough(sides: Sides, limits: Sequence[Thresholds]) -> NDArray[np.bool_]:
    fewest = np.minimum(sides.baseline.counts.sum(axis=(0, 2)), sides.candidate.counts.sum(axis=(0, 2)))
    return np.asarray(fewest >= _array(limits, "min_samples"))


def _counting_noise(sides: Sides) -> Floats:
    """What the variance of a difference is proportional to when only counting matters; shape (O,)."""
    return _inverse(*(side.counts.sum(axis=-1) for side in (sides.baseline, sides.candidate)))


def _inverse(*counts: Counts) -> Floats:
    """The mean of ``1 / n`` over the replicates, both sides added up; shape (O,)."""
    return np.asarray(sum((1.0 / np.maximum(each, 1)).mean(axis=0) for each in counts))


def _duration_check(
    name: Metric, sides: Sides, logs: Both, changes: Changes, limits: Sequence[Thresholds]
) -> Check:
    noise, resolution = _thresholds("tail" if name in {"p95", "p99", "spread"} else "latency", limits)
    gating = {
        "latency": _all(limits, gate=True),
        "p95": make.tail_resolved(sides.baseline, sides.candidate, resolution),
    }.get(name, _all(limits, gate=False))
    values = (_typical(logs[0]), _typical(logs[1]))
    check = make.of_durations(name, values, changes, noise, resolution, gating)
    return make.as_rates(check) if name == "rate" else check


def _typical(logs: Floats) -> Floats:
    n = np.isfinite(logs).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(n > 0, np.nansum(logs, axis=0) / n, np.nan)


def _all(limits: Sequence[Thresholds], *, gate: bool) -> NDArray[np.bool_]:
    return np.full(len(limits), gate)


def _thresholds(kind: str, limits: Sequence[Thresholds]) -> tuple[Floats, Floats]:
    """Noise and resolution."""
    return _array(limits, f"{kind}_noise"), _array(limits, f"{kind}_resolution")


def _array(limits: Sequence[Thresholds], name: str) -> Floats:
    return np.array([getattr(each, name) for each in limits], dtype=np.float64)
