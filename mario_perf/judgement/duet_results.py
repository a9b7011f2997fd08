"""The change between two builds that were driven side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mario_perf.comparison.rebin import to_shared_bounds
from mario_perf.comparison.replicates import by_block
from mario_perf.judgement.layout import lay_out_runs
from mario_perf.judgement.operation_results import judge
from mario_perf.judgement.sequential import MIN_ROUNDS_FOR_RED
from mario_perf.statistics.change import paired
from mario_perf.statistics.multiplicity import MISS_RATE
from mario_perf.validity.comparison_checks import one_process_each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.comparison.both_sides import Sides
    from mario_perf.configuration.policy import Policy
    from mario_perf.model import OperationResult, RunMeasurement

    Round = tuple[RunMeasurement, RunMeasurement]


def compare(
    rounds: Sequence[Round], policy: Policy, alpha: float, miss_rate: float = MISS_RATE
) -> tuple[OperationResult, ...]:
    """Judge the candidate of each ``(baseline, candidate)`` round against the baseline beside it.

    With several rounds each is a replicate: fresh processes differ although the code does not, and only
    rounds show by how much. A single round is cut into blocks of time instead. It cannot show how processes
    differ, and no more can rounds of the same two processes: the policy says it then (``*_processes``).

    Raises:
        UserError: the two sides share too few histogram bounds.
    """
    return judge(lay_out(rounds), paired, policy, alpha, miss_rate)


def lay_out(rounds: Sequence[Round]) -> Sides:
    """The replicates of both sides, in arrays.

    Raises:
        UserError: the two sides share too few histogram bounds.
    """
    runs = to_shared_bounds([run for pair in rounds for run in pair])
    baseline, candidate = runs[0::2], runs[1::2]
    sides = replace(
        lay_out_runs(baseline, candidate, concurrent=True),
        few_rounds=len(rounds) < MIN_ROUNDS_FOR_RED,
        same_processes=len(rounds) == 1 or one_process_each(rounds),
        under_load=rounds[0][0].part == "load",
    )
    if len(rounds) > 1:
        return sides
    names = [operation.name for operation in sides.operations]
    blocks = by_block((baseline[0], candidate[0]), names)
    return replace(sides, baseline=blocks[0], candidate=blocks[1])
