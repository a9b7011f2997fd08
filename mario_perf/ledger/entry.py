"""One gate of a build against itself, as the ledger keeps it."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict

from mario_perf.model import Outcome
from mario_perf.run_record import PathComponent  # noqa: TC001 - pydantic needs it at run time
from mario_perf.validity.environments import environment_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.model import Comparison, GateResult

SCHEMA_VERSION: Final = 1

NORMAL_95: Final = 1.96
"""Standard deviations that half an interval of 95 % is wide."""

Method = Literal["duet", "stored"]


class LedgerEntry(BaseModel):
    """``detectable`` is the smallest change of each operation's typical time that this gate could have shown.

    ``threshold`` is the change below which nothing is red, relative as well. ``deviation`` is the standard
    deviation of each change, in logarithms. ``levels``, in logarithms too, are typical times less those of
    the reference of this version: they tell how machines differ.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = SCHEMA_VERSION
    gate: PathComponent
    time: float  # unix seconds
    environment: PathComponent
    scenario: str
    method: Method = "duet"
    outcome: Literal["pass", "regressed", "inconclusive"]
    rounds: int
    seconds: float  # measured
    threshold: float
    detectable: dict[str, float]
    deviation: dict[str, float] = {}
    revision: str = ""
    reference: str = ""
    levels: dict[str, float] = {}


def entry(result: GateResult) -> LedgerEntry | None:
    """None where a gate did not compare a build with itself, could not be judged, or had faults injected.

    Against kept runs of another kind of machine, or beside other work, nothing of this runner is seen.
    """
    subject = result.subject
    same = subject.baseline and subject.candidate and subject.baseline.revision == subject.candidate.revision
    judged = {Outcome.PASS, Outcome.REGRESSED, Outcome.INCONCLUSIVE}
    if not same or subject.faults or result.outcome not in judged or not _of_one_kind(result):
        return None
    latencies = dict(_latencies(result))
    return LedgerEntry(
        gate=subject.run_id,
        time=datetime.fromisoformat(result.created_at).timestamp(),
        environment=environment_id(result.runs[-1].environment),
        scenario=result.runs[-1].scenario,
        method=result.method,
        outcome=result.outcome.value,
        rounds=len(result.runs),
        seconds=result.seconds,
        threshold=max((each.threshold for each in latencies.values()), default=0.0),
        detectable={name: each.detectable for name, each in latencies.items()},
        deviation={name: _deviation(each) for name, each in latencies.items()},
        revision=subject.candidate.revision if subject.candidate else "",
        reference=result.reference.version if result.reference else "",
        levels=_levels(result, latencies),
    )


def _of_one_kind(result: GateResult) -> bool:
    """Kept runs of several builds are no build against itself either."""
    return result.method == "duet" or not (result.environment_changes or len(result.baseline_revisions) > 1)


def _latencies(result: GateResult) -> Iterator[tuple[str, Comparison]]:
    for one in (each for each in result.operations if each.part == "alone"):
        for comparison in one.comparisons:
            known = math.isfinite(comparison.detectable) and comparison.against == "baseline"
            if comparison.metric == "latency" and known:
                yield one.operation.name, comparison


def _deviation(comparison: Comparison) -> float:
    low, high = comparison.change.low, comparison.change.high
    return (math.log1p(high) - math.log1p(low)) / (2 * NORMAL_95)


def _levels(result: GateResult, latencies: dict[str, Comparison]) -> dict[str, float]:
    if result.reference is None:
        return {}
    typical = result.reference.typical.values()
    beside = math.fsum(map(math.log, typical)) / len(typical)
    return {name: math.log(each.candidate) - beside for name, each in latencies.items()}
