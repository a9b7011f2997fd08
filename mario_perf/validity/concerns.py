"""Which runs a check is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mario_perf.model import Outcome

if TYPE_CHECKING:
    from mario_perf.model import GateResult
    from mario_perf.run_record import RunRecord


def both_sides_wait(record: RunRecord) -> bool:
    """Whether a late load generator harms neither side: each step goes to both, and nothing is due."""
    return record.model == "closed" and len(record.targets) > 1


def runs(result: GateResult) -> bool:
    return bool(result.runs)


def counts(result: GateResult) -> bool:
    """Runs whose steps name their operations."""
    return bool(result.reconciliation)


def read_metrics(result: GateResult) -> bool:
    """Runs whose services' metrics were read."""
    return runs(result) and not result.by_client


def by_client(result: GateResult) -> bool:
    """Runs without metrics."""
    return result.by_client


def duets(result: GateResult) -> bool:
    return result.method == "duet" and bool(result.runs)


def decided_duets(result: GateResult) -> bool:
    """Rounds of a duet that were enough."""
    return duets(result) and result.outcome is not Outcome.INCONCLUSIVE


def stored(result: GateResult) -> bool:
    """Runs that were compared with stored ones."""
    return bool(result.baseline_runs)


def beside_reference(result: GateResult) -> bool:
    """Runs beside a reference, compared with stored ones."""
    return stored(result) and all(run.reference for run in result.runs)


def read_packages(result: GateResult) -> bool:
    """Duets whose sides' packages were read."""
    return duets(result) and all(target.packages for target in result.runs[-1].targets)


def generators_apart(result: GateResult) -> bool:
    """Runs that a late load generator harms."""
    return any(not both_sides_wait(run) for run in result.runs)


def generators_alike(result: GateResult) -> bool:
    """Runs in which both sides wait alike for a late load generator."""
    return any(both_sides_wait(run) for run in result.runs)


def open_models(result: GateResult) -> bool:
    """Runs whose journeys arrive."""
    return any(run.arrivals for run in result.runs)


def plans(result: GateResult) -> bool:
    """Runs with a fixed number of journeys."""
    return any(run.plan for run in result.runs)


def workers(result: GateResult) -> bool:
    """Distributed runs."""
    return any(run.workers for run in result.runs)
