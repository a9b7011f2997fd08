"""The links of a duet from its rounds: their errors are known there, and not guessed from an interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import special

from mario_perf.comparison.metric_changes import compare_metrics
from mario_perf.history.measurements import Link
from mario_perf.judgement import duet_results
from mario_perf.judgement.round_selection import select
from mario_perf.metric_catalogue import METRICS
from mario_perf.statistics.change import paired

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mario_perf.configuration.policy import Policy
    from mario_perf.measurement.measured_run import MeasuredRun
    from mario_perf.statistics.change import Change

    Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

_PROBABILITY: Final = 0.975


def duet_links(runs: Sequence[MeasuredRun], policy: Policy, earlier: str, later: str) -> Iterator[Link]:
    """A link of each operation and metric whose change is a ratio.

    Raises:
        UserError: the two sides share too few histogram bounds.
    """
    sides = duet_results.lay_out([(each.sides[0], each.sides[1]) for each in select(runs).runs])
    ratios = [name for name, entry in METRICS.items() if not entry.share]
    for metric, changes in compare_metrics(sides, paired, policy, metrics=ratios).changes.items():
        errors = _normal_errors(changes.overall)
        for operation, value, error in zip(sides.operations, changes.overall.value, errors, strict=True):
            if np.isfinite(value) and np.isfinite(error) and error > 0:
                yield Link(earlier, later, operation.name, metric, float(value), float(error))


def _normal_errors(change: Change) -> Floats:
    """Standard errors of normal distributions whose 95 % intervals are as wide, ``(O,)``."""
    return np.asarray(change.half_width(_PROBABILITY) / special.ndtri(_PROBABILITY))
