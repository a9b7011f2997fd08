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


class LedgerEntry(BaseModel):
    """``detectable`` is the smallest change of each operation's typical time that this gate could have shown.

    ``threshold`` is the change below which nothing is red, relative as well.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = SCHEMA_VERSION
    gate: PathComponent
    time: float  # unix seconds
    environment: PathComponent
    scenario: str
    outcome: Literal["pass", "regressed", "inconclusive"]
    rounds: int
    seconds: float  # measured
    threshold: float
    detectable: dict[str, float]


def entry(result: GateResult) -> LedgerEntry | None:
    """None where a gate did not compare a build with itself, could not be judged, or had faults injected."""
    subject = result.subject
    same = subject.baseline and subject.candidate and subject.baseline.revision == subject.candidate.revision
    judged = {Outcome.PASS, Outcome.REGRESSED, Outcome.INCONCLUSIVE}
    if result.method != "duet" or not same or subject.faults or result.outcome not in judged:
        return None
    latencies = dict(_latencies(result))
    return LedgerEntry(
        gate=subject.run_id,
        time=datetime.fromisoformat(result.created_at).timestamp(),
        environment=environment_id(result.runs[-1].environment),
        scenario=result.runs[-1].scenario,
        outcome=result.outcome.value,
        rounds=len(result.runs),
        seconds=result.seconds,
        threshold=max((each.threshold for each in latencies.values()), default=0.0),
        detectable={name: each.detectable for name, each in latencies.items()},
    )


def _latencies(result: GateResult) -> Iterator[tuple[str, Comparison]]:
    for one in (each for each in result.operations if each.part == "alone"):
        for comparison in one.comparisons:
            known = math.isfinite(comparison.detectable) and comparison.against == "baseline"
            if comparison.metric == "latency" and known:
                yield one.operation.name, comparison
