"""What the client sent against what the service counted, operation by operation."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mario_perf.model import Reconciliation
from mario_perf.sources.counters import around, increase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mario_perf.model import Snapshots
    from mario_perf.run_record import RunRecord, StepCounts, TargetRecord
    from mario_perf.sources.counters import Edges


def counts(
    snapshots: Snapshots, record: RunRecord, target: TargetRecord, window: Edges
) -> tuple[Reconciliation, ...]:
    """One row for every operation that a step of the journeys triggers, or that the service executed.

    Where some step does not name its operation, the rest of what the service executed may be that step's,
    and gets no row.
    """
    client_whole = _by_operation(target.whole_run, _reached_handler)
    client_window = _by_operation(target.in_window, _reached_handler)
    abandoned = _by_operation(target.whole_run, lambda step: step.abandoned)
    unreached = _by_operation(target.whole_run, _unreached)
    server_errors = _by_operation(target.whole_run, _server_errors)
    server_whole = executed(snapshots, around(snapshots.times, record.whole_run))
    server_window = executed(snapshots, window)
    names = set(client_whole)
    if names and all(step.operations for step in target.whole_run if step.reached):
        names |= {name for name, count in server_whole.items() if count}
    return tuple(
        Reconciliation(
            operation=name,
            side=target.side,
            client_whole=client_whole[name],
            server_whole=server_whole[name],
            client_window=client_window[name],
            server_window=server_window[name],
            abandoned=abandoned[name],
            unreached=unreached[name],
            server_errors=server_errors[name],
        )
        for name in sorted(names)
    )


def window_agrees(snapshots: Snapshots, target: TargetRecord, edges: Edges) -> bool:
    """Whether the service executed between two scrapes just what the client sent in the window."""
    client = _by_operation(target.in_window, _reached_handler)
    uncertain = _by_operation(target.in_window, lambda step: step.abandoned + _unreached(step))
    missing = _by_operation(target.in_window, _server_errors)
    more = executed(snapshots, edges)
    more.subtract(client)
    return bool(client) and all(-missing[name] <= more[name] <= uncertain[name] for name in client)


def executed(snapshots: Snapshots, edges: Edges) -> Counter[str]:
    """Executions of every operation between two scrapes."""
    totals = increase(snapshots.executions[edges.scrapes]).sum(axis=0)
    return Counter({each.name: int(total) for each, total in zip(snapshots.operations, totals, strict=True)})


def _reached_handler(step: StepCounts) -> int:
    return step.reached


def _unreached(step: StepCounts) -> int:
    return sum(step.statuses.values()) - step.reached


def _server_errors(step: StepCounts) -> int:
    return sum(count for status, count in step.statuses.items() if status.startswith("5"))


def _by_operation(steps: Iterable[StepCounts], of: Callable[[StepCounts], int]) -> Counter[str]:
    total: Counter[str] = Counter()
    for step in steps:
        for operation in step.operations:
            total[operation] += of(step)
    return total
