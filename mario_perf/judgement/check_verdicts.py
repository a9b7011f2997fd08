"""From checks to verdicts: every check of every operation in one family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.metric_catalogue import METRICS
from mario_perf.model import Verdict
from mario_perf.statistics.multiplicity import holm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mario_perf.comparison.checks import Check
    from mario_perf.metric_catalogue import Metric

    Flags = NDArray[np.bool_]


SUSPICION_RATE = 0.1
"""The chance with which anything of an unchanged build may be suspected, all its checks together."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What one check says of each operation; arrays of shape ``(N,)``."""

    regressed: Flags
    suspected: Flags  # regressed, if alpha were SUSPICION_RATE
    improved: Flags
    unchanged: Flags

    def verdict(self, index: int) -> Verdict:
        if self.regressed[index]:
            return Verdict.REGRESSED
        if self.improved[index]:
            return Verdict.IMPROVED
        return Verdict.UNCHANGED if self.unchanged[index] else Verdict.INCONCLUSIVE


def decide(checks: Sequence[Check], alpha: float) -> tuple[Decision, ...]:
    """Verdicts of all checks, so that a gate of unchanged builds is red with a chance of ``alpha`` at most.

    Regressed: the change is above the limit at the family-wise level, in most replicates and as a whole.
    Improved: the mirror image. Unchanged: a change for the worse as large as the resolution is ruled out.
    Checks that do not gate are tested too, each for itself at ``alpha``: they inform, and promise nothing.
    """
    worse = _adjust_p_values(checks, [check.worse for check in checks])
    better = _adjust_p_values(checks, [check.better for check in checks])
    return tuple(
        Decision(
            regressed=(p_worse <= alpha) & check.steady,
            suspected=(p_worse <= SUSPICION_RATE) & check.steady,
            improved=p_better <= alpha,
            unchanged=check.unchanged,
        )
        for check, p_worse, p_better in zip(checks, worse, better, strict=True)
    )


def alpha_share(checks: Sequence[Check], metric: Metric) -> float:
    """What one operation's check has of the promise, when all others are still in question."""
    total_weight = sum(METRICS[check.metric].weight * check.gating.sum() for check in checks)
    return float(METRICS[metric].weight / max(total_weight, 1.0))


def _adjust_p_values(
    checks: Sequence[Check], p_values: Sequence[NDArray[np.float64]]
) -> Sequence[NDArray[np.float64]]:
    """Holm over all gating checks together; the others as they are."""
    gating = np.concatenate([check.gating for check in checks])
    weights = np.concatenate([np.full(len(check.low), METRICS[check.metric].weight) for check in checks])
    flat = np.concatenate(p_values)
    flat[gating] = holm(flat[gating], weights[gating])
    return np.split(flat, len(checks))


def combine(verdicts: Sequence[tuple[Metric, Verdict]]) -> tuple[Verdict, Metric]:
    """One verdict from the gating ``(metric, verdict)`` pairs, most telling first, and the metric that spoke.

    A regression anywhere is a regression. A check that could not tell leaves the operation open. Better in
    one way and no worse in the others is better.
    """
    for decisive in (Verdict.REGRESSED, Verdict.INCONCLUSIVE, Verdict.IMPROVED):
        for metric, verdict in verdicts:
            if verdict is decisive:
                return verdict, metric
    return Verdict.UNCHANGED, verdicts[0][0]
