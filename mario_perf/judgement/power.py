"""What a longer gate will be able to see, told from a few rounds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.comparison import checks
from mario_perf.comparison.metric_changes import compared
from mario_perf.judgement.check_verdicts import share_of_promise
from mario_perf.judgement.sequential import FEWEST_FOR_RED, plan
from mario_perf.statistics.change import paired

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mario_perf.comparison.metric_changes import Sides
    from mario_perf.configuration.policy import Policy
    from mario_perf.metric_catalogue import Metric
    from mario_perf.statistics.change import Change, Changes

    Floats = NDArray[np.float64]

MOST_ROUNDS = 1000


def rounds_needed(sides: Sides, policy: Policy, change: float | Floats, metric: Metric = "latency") -> Floats:
    """How many rounds a duet needs until it sees a relative ``change`` of a duration of each operation.

    To see it is to flag it with a chance of ``checks.POWER``, by the judge's own tests, at what the plan of
    such a gate leaves for its last look. ``sides`` are a few rounds (at least two) on the same machine. Shape
    ``(O,)``; infinite where more than ``MOST_ROUNDS`` do not suffice, or nothing is known.
    """
    found = compared(replace(sides, few_rounds=False), paired, policy)
    check, so_far = found.check(metric), found.changes[metric]
    share, played = share_of_promise(found.checks, metric), len(sides.baseline.durations)
    needed = np.full(len(sides.operations), np.inf)
    for rounds in _candidates():
        alpha = plan(policy.false_alarm_rate, rounds).looks[-1][1] * share
        least = checks.detectable(check, _after(so_far, played, rounds), alpha)
        needed = np.where((least <= change) & np.isinf(needed), rounds, needed)
    return np.where(check.rules.enough, needed, np.inf)


def spread(sides: Sides, policy: Policy) -> Floats:
    """How far one round's relative change of latency typically lies from the truth: ``(O,)``, NaN unknown."""
    found, rounds = compared(sides, paired, policy), len(sides.baseline.durations)
    error = found.changes["latency"].whole.error
    known = np.isfinite(error) & found.check("latency").rules.enough
    return np.where(known, np.expm1(error * np.sqrt(rounds)), np.nan)


def _candidates() -> list[int]:
    """Numbers of rounds to try: every one while they are few, then in steps of a tenth."""
    numbers = [FEWEST_FOR_RED]
    while numbers[-1] < MOST_ROUNDS:
        numbers.append(max(numbers[-1] + 1, round(numbers[-1] * 1.1)))
    return numbers


def _after(changes: Changes, played: int, rounds: int) -> Changes:
    """The same changes as if measured in ``rounds``: errors shrink with the square root."""

    def after(change: Change) -> Change:
        return replace(
            change,
            error=change.error * np.sqrt(played / rounds),
            freedom=change.freedom * (rounds - 1) / (played - 1),
        )

    return replace(changes, whole=after(changes.whole), apart=after(changes.apart))
