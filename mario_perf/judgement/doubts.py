"""Why an operation has no clear answer. What is said of many is true for each of them."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mario_perf import figures
from mario_perf.errors import counted, listed
from mario_perf.metric_catalogue import METRICS
from mario_perf.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mario_perf.configuration.policy import Policy
    from mario_perf.metric_catalogue import Metric
    from mario_perf.model import Comparison, OperationResult
    from mario_perf.run_record import RunRecord


TOO_FEW: Final = "There were too few executions"


class Cause(StrEnum):
    """What keeps an operation from a clear answer."""

    NOISE = "noise"  # the interval is too wide for the resolution
    LIKELY = "likely"  # the interval is above the noise threshold, and chance is not ruled out
    FEW = "few"  # executions
    BUCKETS = "buckets"  # too wide to tell on which side of a limit p95 lies
    OTHER = "other"  # its explanation says it


@dataclass(frozen=True, slots=True)
class Doubt:
    """Operations without a clear answer, for one cause and in one metric; at least one."""

    cause: Cause
    metric: Metric
    operations: tuple[OperationResult, ...]

    @property
    def names(self) -> str:
        """The first few, and how many more."""
        return listed((one.title for one in self.operations), max_items=3)


def doubts(operations: Iterable[OperationResult], policy: Policy) -> list[Doubt]:
    """The causes that were met, in the order of the operations; other explanations apart from each other."""
    found: dict[tuple[str, ...], list[OperationResult]] = defaultdict(list)
    for one in operations:
        if one.verdict is Verdict.INCONCLUSIVE:
            cause, metric = _cause(one, policy), _metric(one)
            own = one.explanation if cause is Cause.OTHER else ""
            found[cause, "" if cause in {Cause.FEW, Cause.OTHER} else metric, own].append(one)
    return [Doubt(Cause(cause), _metric(those[0]), tuple(those)) for (cause, _, _), those in found.items()]


def _metric(one: OperationResult) -> Metric:
    return one.decisive_comparison.metric if one.decisive_comparison else "latency"


def _cause(one: OperationResult, policy: Policy) -> Cause:
    decisive = one.decisive_comparison
    if decisive is None:
        return Cause.OTHER
    if decisive.against == "limit":
        enough = one.candidate and sum(one.candidate.histogram) >= policy.of(one.operation.name).min_samples
        return Cause.BUCKETS if enough else Cause.FEW
    unknown = math.isnan(decisive.change.value)
    few = fewest(one) < policy.of(one.operation.name).min_samples
    if few and (unknown or _excluded(decisive, one, policy)):
        return Cause.FEW
    if unknown:
        return Cause.NOISE
    if not math.isfinite(decisive.change.low) or not one.explanation.endswith(decisive.explanation):
        return Cause.OTHER
    return Cause.LIKELY if decisive.change.low > decisive.threshold else Cause.NOISE


def fewest(one: OperationResult) -> int:
    """Successes on the side that had fewer."""
    return min(sum(side.histogram) if side else 0 for side in (one.baseline, one.candidate))


def _excluded(check: Comparison, one: OperationResult, policy: Policy) -> bool:
    return check.change.high < resolution(one, policy)


def resolution(one: OperationResult, policy: Policy) -> float:
    """What a pass would have ruled out of the metric that decided."""
    return float(getattr(policy.of(one.operation.name), METRICS[_metric(one)].family.resolution))


def reason(doubt: Doubt, policy: Policy) -> str:
    """One sentence."""
    metric = METRICS[doubt.metric]
    decisive = [check for one in doubt.operations if (check := one.decisive_comparison)]
    match doubt.cause:
        case Cause.NOISE:
            least = _range([check.detectable for check in decisive], share=metric.share)
            wanted = _range([resolution(one, policy) for one in doubt.operations], share=metric.share)
            return (
                f"The noise hides a change of the {metric.title} of less than {least}, and the policy's "
                f"resolution is {wanted}: {doubt.names}."
                if least
                else f"The run was too short, or its noise too large, to show any change of the "
                f"{metric.title}: {doubt.names}."
            )
        case Cause.LIKELY:
            noise = _range([check.threshold for check in decisive], share=metric.share)
            return (
                f"The {metric.title} probably rose by more than the noise threshold of {noise}, and chance "
                f"is not ruled out: {doubt.names}."
            )
        case Cause.FEW:
            counts = (
                f"{one.title} ({fewest(one)} of {policy.of(one.operation.name).min_samples})"
                for one in doubt.operations
            )
            return f"{TOO_FEW}: {listed(counts, max_items=3)}."
        case Cause.BUCKETS:
            return f"The buckets are too wide to tell on which side of its limit p95 lies: {doubt.names}."
        case _:
            return f"{doubt.names}: {doubt.operations[0].explanation}"


def of_machine(records: Sequence[RunRecord]) -> Iterator[str]:
    """The load of the machine before and during the runs (at least one)."""
    if not records:
        return
    machine = records[0].environment
    during = [each.environment.load_average[0] for each in records[1:]]
    most = f", up to {max(during):.1f} during the gate" if during else ""
    yield (
        f"The load average was {machine.load_average[0]:.1f} before the first run{most}, on "
        f"{counted(machine.cores, 'core')}."
    )


def _range(values: Sequence[float], *, share: bool) -> str:
    """One figure, or the smallest and the largest; empty where one of them says nothing."""
    if not values or not all(figures.is_visible(each, share=share) for each in values):
        return ""
    low, high = (figures.size(each, share=share) for each in (min(values), max(values)))
    return low if low == high else figures.span(low, high)
