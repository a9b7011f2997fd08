"""What the run section shows, gathered from the records: builds, client times, counts, policy."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from analysis.model import GateResult, Reconciliation
    from analysis.run_record import Latency, RunRecord, Side, StepCounts


_ERROR_STATUS = 400

SINCE_DUE = ", from when it was due"
"""After a step's name: the time that an open model's arrival plan counts from."""


@dataclass(frozen=True, slots=True)
class ClientTime:
    """Response times of one journey step over all runs, seconds.

    ``mean`` is exact; quantiles of several runs cannot be merged, so each is the lowest and the highest.
    """

    side: Side
    step: str
    count: int
    mean: float
    p50: tuple[float, float]
    p95: tuple[float, float]
    p99: tuple[float, float]


def client_times(runs: Iterable[RunRecord]) -> dict[str, list[ClientTime]]:
    """Response times by operation, as the client saw them."""
    seen: dict[tuple[str, Side, str], list[Latency]] = defaultdict(list)
    for run in runs:
        for target in run.targets:
            operations = {counts.step: counts.operation for counts in target.whole_run}
            named = [(latency, "") for latency in target.latencies]
            named += [(latency, SINCE_DUE) for latency in target.latencies_from_intended]
            for latency, since in named:
                operation = operations.get(latency.step)
                if operation is not None and latency.count:
                    seen[operation, target.side, latency.step + since].append(latency)
    times: dict[str, list[ClientTime]] = defaultdict(list)
    for (operation, side, step), latencies in seen.items():
        times[operation].append(_client_time(side, step, latencies))
    return dict(times)


def client_errors(runs: Iterable[RunRecord]) -> dict[str, list[tuple[str, int, int]]]:
    """What went wrong at the client, by operation: each category, and how often on baseline and candidate."""
    seen: dict[str, dict[Side, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for run in runs:
        for target in run.targets:
            for counts in target.in_window:
                if counts.operation is not None:
                    seen[counts.operation][target.side].update(_errors(counts))
    return {
        operation: [
            (kind, by_side["baseline"][kind], by_side["candidate"][kind])
            for kind in sorted({*by_side["baseline"], *by_side["candidate"]})
        ]
        for operation, by_side in seen.items()
    }


def revisions(result: GateResult) -> dict[Side, list[str]]:
    """The revisions on each side, in the order met; those of a stored baseline ran before."""
    found: dict[Side, list[str]] = {"baseline": list(result.baseline_revisions)}
    for run in result.runs:
        for target in run.targets:
            known = found.setdefault(target.side, [])
            if target.revision and target.revision not in known:
                known.append(target.revision)
    return found


def unreconciled(counts: Iterable[Reconciliation]) -> list[Reconciliation]:
    """Operations whose counts differ between client and service."""
    return [one for one in counts if not one.agrees]


def reproduce(command: Sequence[str]) -> str:
    """A command line, quoted for a shell."""
    return shlex.join(command)


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Nested values as dotted keys and texts; what is not set is left out."""
    for key, value in values.items():
        name = f"{prefix}{key}"
        match value:
            case None:
                continue
            case Mapping():
                yield from flat(value, f"{name}.")
            case list() | tuple():
                yield name, " ".join(str(one) for one in value)
            case _:
                yield name, str(value)


def _errors(counts: StepCounts) -> dict[str, int]:
    """Answers that are errors, whether the step expects them or not, and requests without an answer."""
    answered = {
        f"HTTP {status}": count for status, count in counts.statuses.items() if int(status) >= _ERROR_STATUS
    }
    return {**answered, **counts.errors}  # the latter holds the unexpected statuses by the same names


def _client_time(side: Side, step: str, latencies: Sequence[Latency]) -> ClientTime:
    count = sum(one.count for one in latencies)
    return ClientTime(
        side=side,
        step=step,
        count=count,
        mean=sum(one.mean * one.count for one in latencies) / count,
        p50=_ends([one.p50 for one in latencies]),
        p95=_ends([one.p95 for one in latencies]),
        p99=_ends([one.p99 for one in latencies]),
    )


def _ends(values: Sequence[float]) -> tuple[float, float]:
    return min(values), max(values)
