"""What the run section shows, gathered from the records: builds, client times, counts, policy."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mario_perf.measurement.response_times import merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mario_perf.measurement.response_times import ResponseTimes
    from mario_perf.model import GateResult, Quantile, Reconciliation, Summary
    from mario_perf.run_record import Latency, RunRecord, Side, StepCounts


_ERROR_STATUS = 400

FROM_DUE_TIME = ", from when it was due"
"""After a step's name: the time that an open model's arrival plan counts from."""

_Step = tuple[str, str]  # its name, and since when its times count


@dataclass(frozen=True, slots=True)
class ClientTimes:
    """Response times of one operation on one side, over all runs.

    ``from_sending`` is all steps together, from when each request was sent: the service time is part of it.
    """

    steps: tuple[tuple[str, ResponseTimes], ...]
    from_sending: ResponseTimes | None  # None: only times from when requests were due are known


@dataclass(frozen=True, slots=True)
class ClientOverhead:
    """How much longer the client waited than the service worked, seconds; quantiles as wide as buckets."""

    mean: float
    p50: tuple[float, float]
    p95: tuple[float, float]
    p99: tuple[float, float]


def client_times(runs: Iterable[RunRecord]) -> dict[str, dict[Side, ClientTimes]]:
    """Response times by operation and side, as the client saw them.

    Raises:
        UnreadableRunError: a histogram in a run record is damaged.
    """
    latencies_by_step: dict[tuple[str, Side], dict[_Step, list[Latency]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for run in runs:
        for target in run.targets:
            operations = {counts.step: counts.operation for counts in target.whole_run}
            latencies = [(latency, "") for latency in target.latencies]
            latencies += [(latency, FROM_DUE_TIME) for latency in target.latencies_from_intended]
            for latency, since in latencies:
                operation = operations.get(latency.step)
                if operation is not None and latency.count:
                    latencies_by_step[operation, target.side][latency.step, since].append(latency)
    times: dict[str, dict[Side, ClientTimes]] = defaultdict(dict)
    for (operation, side), steps in latencies_by_step.items():
        times[operation][side] = _client_side(steps)
    return dict(times)


def client_overhead(service: Summary, client: ResponseTimes) -> ClientOverhead:
    """Queueing and network. The means' difference is exact; those of quantiles compare distributions."""
    return ClientOverhead(
        mean=client.mean - service.mean,
        p50=_difference_bounds(client.p50, service.p50),
        p95=_difference_bounds(client.p95, service.p95),
        p99=_difference_bounds(client.p99, service.p99),
    )


def client_errors(runs: Iterable[RunRecord]) -> dict[str, list[tuple[str, int, int]]]:
    """What went wrong at the client, by operation: each category, and how often on baseline and candidate."""
    counters: dict[str, dict[Side, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for run in runs:
        for target in run.targets:
            for counts in target.in_window:
                if counts.operation is not None:
                    counters[counts.operation][target.side].update(_errors(counts))
    return {
        operation: [
            (kind, by_side["baseline"][kind], by_side["candidate"][kind])
            for kind in sorted({*by_side["baseline"], *by_side["candidate"]})
        ]
        for operation, by_side in counters.items()
    }


def revisions(result: GateResult) -> dict[Side, list[str]]:
    """The revisions on each side, in the order met; those of a stored baseline ran before."""
    by_side: dict[Side, list[str]] = {"baseline": list(result.baseline_revisions)}
    for run in result.runs:
        for target in run.targets:
            recorded = by_side.setdefault(target.side, [])
            if target.revision and target.revision not in recorded:
                recorded.append(target.revision)
    return by_side


def packages(result: GateResult) -> dict[str, dict[Side, str]]:
    """Versions by package and side, as the last run read them; those first that differ between the sides."""
    versions: dict[str, dict[Side, str]] = defaultdict(dict)
    targets = [target for run in result.runs[-1:] for target in run.targets if target.packages]
    for target in targets:
        for name, version in target.packages.versions.items() if target.packages else ():
            versions[name][target.side] = version
    return {
        name: versions[name]
        for name in sorted(versions, key=lambda name: (_same(versions[name], len(targets)), name))
    }


def _same(versions: Mapping[Side, str], sides: int) -> bool:
    return len(versions) == sides and len(set(versions.values())) == 1


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
    by_status = {
        f"HTTP {status}": count for status, count in counts.statuses.items() if int(status) >= _ERROR_STATUS
    }
    return {**by_status, **counts.errors}  # the latter holds the unexpected statuses by the same names


def _client_side(steps: Mapping[_Step, Sequence[Latency]]) -> ClientTimes:
    times = {step: merge(latencies) for step, latencies in steps.items()}
    steps_from_sending = [step for step in steps if step[1] != FROM_DUE_TIME]
    all_latencies = [latency for step in steps_from_sending for latency in steps[step]]
    return ClientTimes(
        steps=tuple((name + since, each) for (name, since), each in times.items()),
        from_sending=times[steps_from_sending[0]]
        if len(steps_from_sending) == 1
        else merge(all_latencies)
        if all_latencies
        else None,
    )


def _difference_bounds(client: float, service: Quantile) -> tuple[float, float]:
    return client - service.high, client - service.low
