"""How well the duets of a series fit together, in lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mario_perf import figures
from mario_perf.errors import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mario_perf.history.operation_series import SeriesNetwork

MOST_RESIDUALS = 5000
"""Revisions of a network whose single duets are checked: the time grows with the square."""


def lines(network: SeriesNetwork) -> Iterator[str]:
    """What a network knows, and the duet or run that the others contradict most."""
    adjustment = network.adjustment
    errors = adjustment.standard_errors()
    known = errors[errors > 0]
    typical = figures.relative(float(np.median(known))) if len(known) else figures.UNKNOWN
    yield (
        f"{network.operation}, {network.metric}: {counted(len(network.revisions), 'revision')}, "
        f"{counted(len(network.links), 'duet')}, typical standard error {typical}"
    )
    if len(network.revisions) > MOST_RESIDUALS:
        yield "  too many revisions to check each duet; give --operation after mario-perf history prune"
        return
    if any(len(each) for each in adjustment.contradictions()):
        yield _worst(network, int(np.nanargmax(np.abs(adjustment.residuals()))))


def _worst(network: SeriesNetwork, index: int) -> str:
    """One wrong duet or run makes its neighbours look wrong, too: the worst one is named alone."""
    if index >= len(network.links):
        level = network.levels[index - len(network.links)]
        return f"  the run of {level.revision} in {level.environment} does not fit; run it again"
    link = network.links[index]
    ends = (network.revisions.index(each) for each in (link.earlier, link.later))
    value, _ = network.adjustment.change(*ends)
    return (
        f"  {link.earlier} to {link.later}: this duet says {_change(link.log_ratio)}, all together "
        f"{_change(value)}; play it again with mario-perf gate --against {link.earlier}"
    )


def _change(log_ratio: float) -> str:
    return figures.log_change(log_ratio)
