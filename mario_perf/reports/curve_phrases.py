"""How two builds' load curves are said, the same in every format."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from mario_perf import figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.model import Estimate, LevelChange, LoadCurve

HEADINGS: Final = ("level", "rate", "service time", "response time")


def shown(curves: Sequence[LoadCurve], most: int) -> tuple[LoadCurve, ...]:
    """The curves that stand out, the first ``most`` of them; where none does, the first of all."""
    worse = [each for each in curves if each.shape.is_worse]
    return tuple((worse or curves)[: most if worse else 1])


def row(level: LevelChange) -> tuple[str, ...]:
    """The cells of one level: which, the rate, and both changes with their intervals."""
    return (
        share(level),
        f"{figures.number(level.rate)}/s",
        change(level.service_time),
        change(level.response_time),
    )


def share(level: LevelChange) -> str:
    """Of what the baseline carries: ``50 %``; a hyphen where that is not known."""
    return "-" if level.share is None else figures.percent(level.share)


def change(estimate: Estimate) -> str:
    """The change with its interval: ``+33.3 % (+30.5 to +36.2 %)``."""
    if not math.isfinite(estimate.value) or not math.isfinite(estimate.low):
        return figures.UNKNOWN
    return figures.relative_with_span(estimate.value, estimate.low, estimate.high)
