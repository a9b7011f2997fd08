"""Steps that trigger another operation than they name, or none, by the counts of client and service.

A locustfile says that a step triggers X. The service executed no X, and Y as often as the client sent X and Y
together: so the step triggers Y. Or it executed no X, and refused each request: so the step triggers nothing.
Where counts allow several readings, names decide: GET /books is /books rather than /orders.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, combinations
from typing import TYPE_CHECKING, Final

from mario_perf.measurement import reconcile
from mario_perf.model import Reconciliation
from mario_perf.sources.counters import around

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mario_perf.model import Snapshots
    from mario_perf.run_record import RunRecord, StepCounts, TargetRecord

_MOST: Final = 8
"""Operations that were never executed. With more of them too many sums fit by chance."""

_METHODS: Final = frozenset({"get", "head", "post", "put", "patch", "delete", "options"})
"""Words of an operation's name that metrics may leave out."""


@dataclass(frozen=True, slots=True)
class Reassignment:
    """A step, the operation that it names, and what it triggers, if anything.

    ``requests`` reached the service.
    """

    step: str
    named: str
    triggered: str | None
    requests: int


def find(snapshots: Snapshots, record: RunRecord, target: TargetRecord) -> tuple[Reassignment, ...]:
    """What the counts of a whole run say, where only one reading fits."""
    rows = reconcile.counts(snapshots, record, target, around(snapshots.times, record.window))
    absent = [row for row in rows if row.client_whole and not row.server_whole and not row.agrees]
    refused = {row.operation for row in absent if _is_refused(row.operation, target)}
    triggered = {
        **dict.fromkeys(refused),
        **_pairs(rows, [row for row in absent if row.operation not in refused]),
    }
    return tuple(
        Reassignment(step.step, step.operation, triggered[step.operation], step.reached)
        for step in target.whole_run
        if step.operation is not None and step.operation in triggered
    )


def common(found: Sequence[Sequence[Reassignment]]) -> tuple[Reassignment, ...]:
    """What holds on each side: an operation that one build no longer executes is for the judge."""
    known = [{(each.step, each.triggered) for each in side} for side in found]
    shared = set.intersection(*known)
    return tuple(each for each in found[-1] if (each.step, each.triggered) in shared)


def operations(step: StepCounts, reassigned: Iterable[Reassignment]) -> tuple[str, ...]:
    """What a step triggers."""
    other = next((each for each in reassigned if each.step == step.step), None)
    if other is None:
        return step.operations
    first = () if other.triggered is None else (other.triggered,)
    return (*first, *step.further_operations)


def _is_refused(operation: str, target: TargetRecord) -> bool:
    """Whether each request of the steps that name an operation was answered with an error of the client's."""
    steps = [step for step in target.whole_run if operation in step.operations]
    return all(status.startswith("4") for step in steps for status in step.statuses)


def _pairs(rows: Sequence[Reconciliation], absent: Sequence[Reconciliation]) -> Mapping[str, str]:
    """By operation that was never executed: the one that was executed in its place."""
    if len(absent) > _MOST:
        return {}
    found = list(chain.from_iterable(_of_surplus(row, absent) for row in rows))
    names = [absent for absent, _ in found]
    return {absent: present for absent, present in found if names.count(absent) == 1}


def _of_surplus(row: Reconciliation, absent: Sequence[Reconciliation]) -> Iterator[tuple[str, str]]:
    """The operations whose counts explain why this one was executed more often than it was sent."""
    if row.agrees or row.server_whole <= row.client_whole:
        return
    groups = chain.from_iterable(combinations(absent, size) for size in range(1, len(absent) + 1))
    fitting = [group for group in groups if _together(row, group).agrees]
    if len(fitting) > 1:
        fitting = [group for group in fitting if all(_same_words(each, row) for each in group)]
    if len(fitting) == 1:
        yield from ((each.operation, row.operation) for each in fitting[0])


def _same_words(one: Reconciliation, other: Reconciliation) -> bool:
    return bool(words := _words(one.operation)) and words == _words(other.operation)


def _words(name: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", name.casefold())) - _METHODS


def _together(row: Reconciliation, others: Sequence[Reconciliation]) -> Reconciliation:
    every = (row, *others)
    return Reconciliation(
        operation=row.operation,
        side=row.side,
        client_whole=sum(each.client_whole for each in every),
        server_whole=sum(each.server_whole for each in every),
        client_window=sum(each.client_window for each in every),
        server_window=sum(each.server_window for each in every),
        abandoned=sum(each.abandoned for each in every),
        unreached=sum(each.unreached for each in every),
        server_errors=sum(each.server_errors for each in every),
    )
