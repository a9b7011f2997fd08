"""One number for the whole: the geometric mean of what happened to the typical time of each operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from mario_perf.comparison.metric_values import LOGARITHMIC
from mario_perf.model import Estimate

if TYPE_CHECKING:
    from mario_perf.comparison.both_sides import Sides

CONFIDENCE = 0.95


def overall_change(sides: Sides) -> Estimate | None:
    """The relative change, with its interval; None with fewer than two rounds of fresh processes.

    It informs, and decides nothing. Each round gives one mean of the log ratios of all operations that every
    round measured; the interval is Student's t over the rounds. Source of the geometric mean for ratios:
    P. J. Fleming and J. J. Wallace, "How not to lie with statistics: the correct way to summarize benchmark
    results", Communications of the ACM 29 (1986).
    """
    times = LOGARITHMIC["latency"](sides)
    if times is None or sides.same_processes:
        return None
    baseline, candidate = times
    ratios = candidate - baseline
    whole = ratios[:, np.isfinite(ratios).all(axis=0)]
    rounds, operations = whole.shape
    if rounds < 2 or not operations:  # noqa: PLR2004 - a spread needs two
        return None
    means = whole.mean(axis=1)
    reach = special.stdtrit(rounds - 1, (1 + CONFIDENCE) / 2) * means.std(ddof=1) / np.sqrt(rounds)
    middle = means.mean()
    low, value, high = np.expm1([middle - reach, middle, middle + reach]).tolist()
    return Estimate(value, low, high, CONFIDENCE)
