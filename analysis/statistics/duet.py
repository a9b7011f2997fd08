"""The change between two builds that were driven side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.statistics.change import paired, within_one_round
from analysis.statistics.client_side import client_side
from analysis.statistics.compared import Sides
from analysis.statistics.judgement import judge
from analysis.statistics.operations import common_order, failures, service_tells
from analysis.statistics.rebin import to_shared_bounds
from analysis.statistics.replicates import by_block, by_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.model import OperationResult, RunMeasurement
    from analysis.policy import Policy

    Round = tuple[RunMeasurement, RunMeasurement]


def compare(rounds: Sequence[Round], policy: Policy, alpha: float) -> tuple[OperationResult, ...]:
    """Judge the candidate of each ``(baseline, candidate)`` round against the baseline beside it.

    With several rounds each is a replicate: fresh processes differ although the code does not, and only
    rounds show by how much. A single round is cut into blocks of time instead, and can show only a gross
    change.

    Raises:
        UserError: the two sides share too few histogram bounds.
    """
    comparing = paired if len(rounds) > 1 else within_one_round
    return judge(laid_out(rounds), comparing, policy, alpha)


def laid_out(rounds: Sequence[Round]) -> Sides:
    """The replicates of both sides, in arrays.

    Raises:
        UserError: the two sides share too few histogram bounds.
    """
    runs = to_shared_bounds([run for pair in rounds for run in pair])
    baseline, candidate = runs[0::2], runs[1::2]
    operations = common_order(runs)
    names = [operation.name for operation in operations]
    if len(rounds) > 1:
        arrays = (by_run(baseline, names), by_run(candidate, names))
    else:
        arrays = by_block((baseline[0], candidate[0]), names)
    told = service_tells(runs)
    return Sides(
        operations,
        *arrays,
        tuple(
            (failures(baseline, each, told=told), failures(candidate, each, told=told)) for each in operations
        ),
        (client_side(baseline, names), client_side(candidate, names)),
        service_tells=told,
        together=True,
    )
