"""What executions cost, candidate against baseline: judged by rounds, under a part of the gate's promise."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mario_perf import figures
from mario_perf.comparison.checks import CONFIDENCE
from mario_perf.comparison.cost_values import cost_rows
from mario_perf.comparison.growth_values import growth_rows
from mario_perf.comparison.metric_changes import GROSS
from mario_perf.cost_indicators import doubt
from mario_perf.judgement.sequential import FIRST_LOOK, MIN_ROUNDS_FOR_RED
from mario_perf.model import CostResult, Estimate, Verdict
from mario_perf.statistics.change import Change, paired
from mario_perf.statistics.multiplicity import MISS_RATE, holm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mario_perf.comparison.cost_values import CostRow
    from mario_perf.configuration.policy import Policy
    from mario_perf.model import RunMeasurement

    Floats = NDArray[np.float64]

SHARE = 0.1
"""What costs have of the promise of a gate; operations have the rest. Holm divides it among all rows."""

PROCESSES = 0.01
"""How far counts of work of two processes of one build may lie apart, a standard deviation, where too few
rounds show it: one has filled a cache that the other has not."""

_ROUNDED = np.sqrt(2 * 2 / 12)
"""Standard deviation of a difference of two readings, in steps, where each adds two rounded numbers: what
rounding takes of a number is uniform, with a variance of a twelfth."""

_NOTHING = 1e-3
"""Of the larger side: what stands for nothing where the other side has something."""

_MANY = 1e6
"""Degrees of freedom of an error that is known."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with its change; every number of the change is one, logarithmic but for a growth."""

    row: CostRow
    change: Change
    agreed: float
    limit: float
    noise: float
    resolution: float


def compare_costs(
    rounds: Sequence[tuple[RunMeasurement, RunMeasurement]],
    policy: Policy,
    alpha: float,
    miss_rate: float = MISS_RATE,
) -> tuple[CostResult, ...]:
    """Judge the policy's indicators in each ``(baseline, candidate)`` round, and growths; worst first.

    ``alpha`` is what this look may spend of the promise for costs. Few rounds show a change of work by their
    slices; anything else needs rounds enough to show how far processes lie apart.
    """
    rows = [
        _compare_row(row) for row in (*cost_rows(rounds, policy.indicators), *growth_rows(rounds, policy))
    ]
    if not rows:
        return ()
    worse = np.array([_p(each.change.above(np.array([each.limit]))) for each in rows])
    better = np.array([_p(each.change.below(np.array([-each.noise]))) for each in rows])
    weights = _weights([each.row for each in rows])
    judged = zip(rows, holm(worse, weights) <= alpha, holm(better, weights) <= alpha, strict=True)
    results = [_result(row, bool(up), bool(down), miss_rate) for row, up, down in judged]
    return tuple(sorted(results, key=lambda each: (_ORDER.index(each.verdict), -abs(each.change.value))))


_ORDER = (Verdict.REGRESSED, Verdict.IMPROVED, Verdict.INCONCLUSIVE, Verdict.UNCHANGED)


def _weights(rows: Sequence[CostRow]) -> Floats:
    """Of each row in the promise. Counts of work by operation share one: they have hardly any noise."""
    names = Counter(row.indicator.name for row in rows if row.indicator.counts_work)
    return np.array([1.0 / names.get(row.indicator.name, 1) for row in rows])


def _p(values: Floats) -> float:
    return float(values[0])


def _compare_row(row: CostRow) -> _Row:
    relative = row.indicator.per != "growth"
    pair = _logs(row) if relative else (row.baseline, row.candidate)
    differences = pair[1] - pair[0]
    few = len(differences) < FIRST_LOOK
    if few:
        change, agreed = _by_slices(row, differences), float(differences.min())
    else:
        changes = paired(pair[0][:, None], pair[1][:, None], np.ones(1))
        change, agreed = changes.overall.with_least_error(_rounding(row)), float(changes.agreed[0])
    scale = np.log1p if relative else float
    noise, resolution = (float(scale(each)) for each in (row.indicator.noise, row.indicator.resolution))
    return _Row(row, change, agreed, _limit(row, noise), noise, resolution)


def _limit(row: CostRow, noise: float) -> float:
    """What red has to exceed. Processes that differ look like a change while there are few rounds."""
    if row.indicator.counts_work or len(row.baseline) >= MIN_ROUNDS_FOR_RED:
        return noise
    return max(noise, np.log1p(GROSS)) if row.indicator.per != "growth" else 5 * noise


def _logs(row: CostRow) -> tuple[Floats, Floats]:
    least = _NOTHING * np.maximum(row.baseline, row.candidate)
    sides = zip((row.baseline, row.candidate), row.steps.T, strict=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        before, after = (np.log(np.maximum(side, np.maximum(least, step))) for side, step in sides)
    return before, after


def _rounding(row: CostRow) -> Floats:
    """The error of the mean change by rounding to steps alone, ``(1,)``: rounds may agree by chance."""
    sides = np.maximum(np.stack((row.baseline, row.candidate), axis=1), row.steps)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(row.steps > 0, row.steps / sides, 0.0)
    return np.array([_ROUNDED * np.sqrt(np.nansum(relative**2)) / len(relative)])


def _by_slices(row: CostRow, differences: Floats) -> Change:
    """Known by the slices of each round alone; only counts of work are."""
    error = np.inf
    if row.indicator.counts_work:
        error = float(np.sqrt((row.errors**2).sum()) / len(row.errors))
    freedom = np.array([float(2 * len(differences))])
    within = Change(np.array([differences.mean()]), np.array([error]), freedom)
    if not np.isfinite(error):
        return within
    between = np.array([PROCESSES / np.sqrt(len(differences))])
    if error == 0:
        return Change(within.value, between, np.array([_MANY]))
    return within.with_extra_error(between)


def _result(each: _Row, worse: bool, better: bool, miss_rate: float) -> CostResult:  # noqa: FBT001
    row, indicator = each.row, each.row.indicator
    growth = indicator.per == "growth"
    value, low, high = (float(part[0]) for part in (each.change.value, *each.change.interval(CONFIDENCE)))
    verdict = Verdict.INCONCLUSIVE
    if worse and each.agreed > each.limit:
        verdict = Verdict.REGRESSED
    elif better:
        verdict = Verdict.IMPROVED
    elif _p(each.change.below(np.array([each.resolution]))) <= miss_rate and low <= each.noise:
        verdict = Verdict.UNCHANGED
    change = Estimate(value, low, high, CONFIDENCE)
    if not np.isfinite(low):
        change = Estimate.unknown(CONFIDENCE)
    elif not growth:
        change = Estimate(float(np.expm1(value)), float(np.expm1(low)), float(np.expm1(high)), CONFIDENCE)
    before, after = (float(np.nanmean(side)) for side in (row.baseline, row.candidate))
    return CostResult(
        name=indicator.name,
        operation=row.operation,
        per=indicator.per,
        unit=indicator.unit,
        baseline=before,
        candidate=after,
        change=change,
        noise=indicator.noise,
        verdict=verdict,
        explanation=_sentence(
            row, verdict, (before, after), doubt((before, after), change.low, indicator.noise)
        ),
    )


_MOVED = {Verdict.REGRESSED: "rose", Verdict.IMPROVED: "fell"}


def _sentence(row: CostRow, verdict: Verdict, sides: tuple[float, float], why: str) -> str:
    """Such as: SQL statements rose from 3.00 to 4.00 a PlaceOrderCommand."""
    indicator = row.indicator
    before, after = (figures.amount(each, indicator.unit) for each in sides)
    name = indicator.name[0].upper() + indicator.name[1:]
    per = {"operation": f" a {row.operation}", "execution": " an execution", "growth": " a 1,000 executions"}
    each = per.get(indicator.per, "")
    if verdict in _MOVED:
        return f"{name} {_MOVED[verdict]} from {before} to {after}{each}."
    if verdict is Verdict.UNCHANGED:
        return f"{name}: {after}{each}, {before} in the baseline."
    return f"{name}: {after}{each}, {before} in the baseline. Whether it rose is not known: {why}."
