"""What a gate adds to the history: a level of its candidate, and from a duet a link to its baseline."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Final

from scipy import special

from mario_perf.history.measurements import Batch, Level, Link, gate_source
from mario_perf.metric_catalogue import METRICS
from mario_perf.model import Outcome
from mario_perf.validity.codes import Code
from mario_perf.validity.environments import environment_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.model import Comparison, GateResult

CHANGED: Final = " with changes"
"""How a revision ends whose working tree was changed: no other gate measures the same tree."""


def gate_batch(result: GateResult) -> Batch | None:
    """The batch of a gate; None where nothing can be said of a revision.

    That is so where the gate is invalid, its candidate has no revision, or faults were injected into it.
    """
    subject = result.subject
    if result.outcome is Outcome.INVALID or subject.candidate is None or subject.faults or not result.runs:
        return None
    candidate = _revision(subject.candidate.revision, subject.run_id)
    baseline = _revision(subject.baseline.revision, subject.run_id) if subject.baseline else candidate
    linked = result.method == "duet" and baseline != candidate
    continued = any(Code.CONTINUED.is_in(each) for each in result.findings)
    return Batch(
        gate_source(subject.run_id, len(result.runs) if continued else None),
        datetime.fromisoformat(result.created_at).timestamp(),
        result.runs[-1].scenario,
        tuple(_levels(result, candidate)),
        tuple(_links(result, baseline, candidate)) if linked else (),
    )


def _revision(revision: str, run_id: str) -> str:
    return f"{revision} ({run_id})" if revision.endswith(CHANGED) else revision


def _comparisons(result: GateResult) -> Iterator[tuple[str, Comparison]]:
    for one in (each for each in result.operations if each.part == "alone"):
        for comparison in one.comparisons:
            if comparison.against == "baseline":
                yield one.operation.name, comparison


def _levels(result: GateResult, candidate: str) -> Iterator[Level]:
    environment = environment_id(result.runs[-1].environment)
    for operation, comparison in _comparisons(result):
        if math.isfinite(comparison.candidate):
            yield Level(candidate, operation, comparison.metric, environment, comparison.candidate)


def _links(result: GateResult, baseline: str, candidate: str) -> Iterator[Link]:
    """Of metrics whose change is a ratio. The standard error comes from the interval.

    The quantile is the normal one, so that few rounds give an error that is rather too large.
    """
    for operation, comparison in _comparisons(result):
        change = comparison.change
        if METRICS[comparison.metric].share or change.low <= -1 or not math.isfinite(change.high):
            continue
        width = math.log1p(change.high) - math.log1p(change.low)
        error = width / 2 / float(special.ndtri((1 + change.confidence) / 2))
        if math.isfinite(change.value) and error > 0:
            yield Link(baseline, candidate, operation, comparison.metric, math.log1p(change.value), error)
