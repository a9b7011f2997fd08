"""Forecast from a few rounds: what a longer gate will be able to see."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.comparison import checks
from mario_perf.comparison.metric_changes import compare_metrics
from mario_perf.judgement.check_verdicts import alpha_share
from mario_perf.judgement.sequential import MIN_ROUNDS_FOR_RED, plan
from mario_perf.statistics.change import paired

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mario_perf.comparison.both_sides import Sides
    from mario_perf.configuration.policy import Policy
    from mario_perf.metric_catalogue import Metric
    from mario_perf.run_record import Look
    from mario_perf.statistics.change import Change, Changes

    Floats = NDArray[np.float64]

MAX_ROUNDS = 1000


def rounds_needed(
    sides: Sides,
    policy: Policy,
    change: float | Floats,
    metric: Metric = "latency",
    earlier: Sequence[Look] = (),
) -> Floats:
    """How many rounds a duet needs until it sees a relative ``change`` of a duration of each operation.

    To see it is to flag it with a chance of ``checks.POWER``, by the judge's own tests, at what the plan of
    such a gate leaves for its last look. ``sides`` are a few rounds (at least two) on the same machine. After
    ``earlier`` looks at them the gate is continued, and they count. Shape ``(O,)``; infinite where more than
    ``MAX_ROUNDS`` do not suffice, or nothing is known.
    """
    metrics = compare_metrics(replace(sides, few_rounds=False), paired, policy)
    check, changes = metrics.check(metric), metrics.changes[metric]
    share, played = alpha_share(metrics.checks, metric), len(sides.baseline.durations)
    needed = np.full(len(sides.operations), np.inf)
    for rounds in _candidates(above=played if earlier else 0):
        alpha = plan(policy.false_alarm_rate, rounds, earlier).looks[-1][1] * share
        detectable = checks.detectable(check, _scale_to(changes, played, rounds), alpha)
        needed = np.where((detectable <= change) & np.isinf(needed), rounds, needed)
    return np.where(check.rules.enough_executions, needed, np.inf)


def spread(sides: Sides, policy: Policy) -> Floats:
    """How far one round's relative change of latency typically lies from the truth: ``(O,)``, NaN unknown."""
    metrics, rounds = compare_metrics(sides, paired, policy), len(sides.baseline.durations)
    standard_error = metrics.changes["latency"].overall.standard_error
    known = np.isfinite(standard_error) & metrics.check("latency").rules.enough_executions
    return np.where(known, np.expm1(standard_error * np.sqrt(rounds)), np.nan)


def _candidates(above: int) -> list[int]:
    """Numbers of rounds to try: every one while they are few, then in steps of a tenth."""
    numbers = [max(MIN_ROUNDS_FOR_RED, above + 1)]
    while numbers[-1] < MAX_ROUNDS:
        numbers.append(max(numbers[-1] + 1, round(numbers[-1] * 1.1)))
    return numbers


def _scale_to(changes: Changes, played: int, rounds: int) -> Changes:
    """The same changes as if measured in ``rounds``: errors shrink with the square root."""

    def after(change: Change) -> Change:
        return replace(
            change,
            standard_error=change.standard_error * np.sqrt(played / rounds),
            degrees_of_freedom=change.degrees_of_freedom * (rounds - 1) / (played - 1),
        )

    return replace(changes, overall=after(changes.overall), specific=after(changes.specific))
