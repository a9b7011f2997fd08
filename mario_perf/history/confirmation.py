"""Whether a change point is a change of the code: duets of the revisions around it say so.

The history says how large the change is, and how well that is known. A duet measures it, or nothing. Which of
both explains the duet better is a ratio of two normal densities.

Source: H. Jeffreys, "Theory of Probability" (1939), for the ratio.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mario_perf.history.alerts import AlertState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SURE: Final = 0.99
"""The probability with which a change point is confirmed or withdrawn."""

MOST_DUETS: Final = 3
"""Of one pair of revisions."""

DIFFERENCE: Final = 0.25
"""By how much of itself the change in a duet may differ from that in the history, as a standard deviation."""

DRIFT: Final = 0.005
"""Standard deviation of what lies between two revisions that differ by nothing worth a report."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The state, and the revisions, by their indices, between which the change came."""

    state: AlertState
    pair: tuple[int, int]


def confirm(
    change: float,
    error: float,
    pairs: Sequence[tuple[int, int]],
    play: Callable[[int, int], tuple[float, float] | None],
) -> Confirmation:
    """Play pairs until one shows the change, or none does.

    Args:
        change: Log ratio in the history.
        error: Its standard error.
        pairs: Of revisions: the nearest first, then wider ones, since a change may lie some revisions off.
        play: Plays a duet of two revisions: a log ratio and its standard error; None where it has none.
    """
    states = []
    for pair in pairs:
        states.append(_played(change, error, pair, play))
        if states[-1] is AlertState.CONFIRMED:
            return Confirmation(AlertState.CONFIRMED, pair)
    withdrawn = bool(states) and all(each is AlertState.WITHDRAWN for each in states)
    return Confirmation(AlertState.WITHDRAWN if withdrawn else AlertState.OPEN, pairs[0])


def probability(change: float, error: float, value: float, value_error: float) -> float:
    """The probability that a duet with this result measured the change of the history, and not nothing.

    A change in the other direction is nothing.
    """
    value = value if value * change > 0 else 0.0
    none = math.hypot(value_error, DRIFT)
    some = math.hypot(none, error, DIFFERENCE * change)
    log = math.log(none / some) + 0.5 * ((value / none) ** 2 - ((value - change) / some) ** 2)
    return 1 / (1 + math.exp(-min(max(log, -700.0), 700.0)))


def _played(
    change: float, error: float, pair: tuple[int, int], play: Callable[[int, int], tuple[float, float] | None]
) -> AlertState:
    weight = total = 0.0
    for _ in range(MOST_DUETS):
        result = play(*pair)
        if result is None:
            continue
        weight += result[1] ** -2
        total += result[0] * result[1] ** -2
        sure = probability(change, error, total / weight, weight**-0.5)
        if max(sure, 1 - sure) >= SURE:
            return AlertState.CONFIRMED if sure >= SURE else AlertState.WITHDRAWN
    return AlertState.OPEN
