"""Kept gates, judged again by the rules of today.

A gate is kept with every round's histograms. Judging them again at the planned looks, and stopping where the
rules stop, shows what a change of the rules does without playing a single gate again. A gate whose rules
were content with fewer rounds than today's would be counts as undecided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.model import Measurement, Operation, RunMeasurement, Verdict
from analysis.policy import Policy
from analysis.run_record import Span
from analysis.statistics.duet import compare
from analysis.statistics.sequential import decided, plan
from benchmarks.detection.simulation import HERE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.run_record import Side
    from benchmarks.detection.records import Gate, Histogram

PLANNED = 18
"""Rounds that fit into the time of a gate by default."""

ROUND = 5.5
"""Seconds that were measured in a round."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What today's rules say of a kept gate, and after how many seconds."""

    regressed: frozenset[str]
    undecided: bool
    seconds: float


def answer(gate: Gate) -> Answer:
    """Judge a gate again, look by look, as far as it was played."""
    policy = Policy()
    rounds = [
        (
            _side(gate, "baseline", each.baseline, number),
            _side(gate, "candidate", each.candidate, number),
        )
        for number, each in enumerate(gate.rounds)
    ]
    for planned, alpha in plan(policy.false_alarm_rate, PLANNED).looks:
        played = min(planned, len(rounds))
        results = compare(rounds[:played], policy, alpha)
        if decided(results) or played == len(rounds):
            break
    return Answer(
        regressed=frozenset(each.operation.name for each in results if each.verdict is Verdict.REGRESSED),
        undecided=not decided(results),
        seconds=gate.seconds * played / len(rounds),
    )


def _side(gate: Gate, side: Side, histograms: Mapping[str, Histogram], number: int) -> RunMeasurement:
    start = 2 * ROUND * number
    return RunMeasurement(
        run_id=f"round-{number + 1}",
        scenario="mario",
        side=side,
        window=Span(start=start, end=start + ROUND),
        bounds=np.array(gate.bounds),
        slice_edges=np.array([start, start + ROUND]),
        measurements={name: _measurement(name, each, len(gate.bounds)) for name, each in histograms.items()},
        environment=HERE,
        revision=gate.revision,
    )


def _measurement(name: str, histogram: Histogram, bounds: int) -> Measurement:
    counts = np.zeros((1, bounds + 1), dtype=np.int64)
    counts[0, list(histogram.counts)] = list(histogram.counts.values())
    return Measurement(
        operation=Operation("query" if name.endswith("Query") else "command", name),
        duration=ROUND,
        executions=int(counts.sum()) + histogram.failed,
        failures={"exception": histogram.failed} if histogram.failed else {},
        time_spent=histogram.sum,
        slices=counts,
        slice_sums=np.array([histogram.sum]),
        slice_failures=np.array([histogram.failed]),
    )
