"""What the client saw of each operation: evidence beside what the service says of itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mario_perf.measurement.response_times import typical_and_p95
from mario_perf.model import Requests
from mario_perf.sources.counters import apportion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mario_perf.model import Measurement
    from mario_perf.run_record import Latency, StepCounts, TargetRecord

NO_ANSWER_ERRORS: Final = "no answer"
"""The failure of a request that was still under way when the run ended."""

_ANSWERED: Final = "HTTP "
"""How the record's errors begin where there was an answer."""


def by_operation(target: TargetRecord) -> dict[str, Requests]:
    """Requests in the window, by the operation that their steps name.

    In an open model response times count from when a journey was due.

    Raises:
        UnreadableRunError: a histogram of response times is damaged.
    """
    steps: defaultdict[str, list[StepCounts]] = defaultdict(list)
    for step in target.in_window:
        for operation in step.operations:
            steps[operation].append(step)
    times = {each.step: each for each in target.latencies_from_intended or target.latencies}
    return {operation: _merge(those, times) for operation, those in steps.items()}


def _merge(steps: Sequence[StepCounts], times: Mapping[str, Latency]) -> Requests:
    failures: Counter[str] = Counter()
    for step in steps:
        failures.update(failed(step))
    typical, p95 = typical_and_p95([times[step.step] for step in steps if step.step in times])
    return Requests(
        sent=sum(step.started for step in steps),
        failures=dict(failures),
        business=sum(step.business for step in steps),
        typical=typical,
        p95=p95,
    )


def failed(step: StepCounts) -> Counter[str]:
    """What the step called a failure, and what was never answered."""
    failures = Counter(step.errors)
    lost = sum(count for error, count in failures.items() if not error.startswith(_ANSWERED))
    failures[NO_ANSWER_ERRORS] = step.abandoned - lost
    return +failures


def join(measurement: Measurement, requests: Requests | None) -> Measurement:
    """The service's measurement with the client's evidence.

    A service may count as a failure what the client knows to be a business answer: failures that the client
    did not see, up to its business answers, are therefore none. Where the service counts no business answer,
    both sides saw the same failures, and none is taken out.
    """
    if requests is None:
        return measurement
    unseen = max(measurement.failed - sum(requests.failures.values()), 0)
    kept = _subtract(measurement.failures, min(requests.business, unseen))
    return replace(
        measurement,
        failures=kept,
        slice_failures=apportion(sum(kept.values()), measurement.slice_failures),
        requests=requests,
    )


def _subtract(failures: Mapping[str, int], refused: int) -> dict[str, int]:
    """Fewer failures by ``refused``, first of the type with the nearest count: most likely they are its."""
    kept = Counter(failures)
    for error_type in sorted(failures, key=lambda each: abs(failures[each] - refused)):
        taken = min(kept[error_type], refused)
        kept[error_type] -= taken
        refused -= taken
    return dict(+kept)
