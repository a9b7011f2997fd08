"""What each round cost, as arrays: one row for each indicator, or for each of its operations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mario_perf.sources.counters import increase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from mario_perf.cost_indicators import Indicator
    from mario_perf.model import CostCounters, RunMeasurement

    Floats = NDArray[np.float64]

THOUSAND = 1000.0
_TELLING = 4
"""Slices of a side from which their spread says something."""


@dataclass(frozen=True, slots=True)
class CostRow:
    """One indicator on both sides; ``R`` rounds.

    ``errors`` are the standard deviations, relative, that the slices of each round alone let expect of the
    difference between its sides; infinite where they tell nothing. ``steps`` is a step of the counter on each
    side, an execution: no value is known better.
    """

    indicator: Indicator
    operation: str  # empty: all together
    baseline: Floats  # (R,)
    candidate: Floats  # (R,)
    errors: Floats  # (R,)
    steps: Floats  # (R, 2)


def cost_rows(
    rounds: Sequence[tuple[RunMeasurement, RunMeasurement]], indicators: Sequence[Indicator]
) -> tuple[CostRow, ...]:
    """Every indicator that both sides of every round expose and know, but those that stayed at nothing."""
    counters = [(pair[0].costs, pair[1].costs) for pair in rounds]
    known = [(one, other) for one, other in counters if one is not None and other is not None]
    if not known or len(known) < len(rounds):
        return ()
    return tuple(row for each in indicators for row in _rows(known, each) if _tells(row))


def _tells(row: CostRow) -> bool:
    """Whether it is known of both sides, and was not nothing all the time."""
    sides = (row.baseline, row.candidate)
    return all(np.isfinite(side).any() for side in sides) and any(np.nansum(np.abs(side)) for side in sides)


def _rows(rounds: Sequence[tuple[CostCounters, CostCounters]], indicator: Indicator) -> Iterator[CostRow]:
    names = rounds[0][0].operations if indicator.per == "operation" else ("",)
    for name in names:
        pairs = [[_read_side(side, indicator, name) for side in pair] for pair in rounds]
        values = np.array([[side.value for side in pair] for pair in pairs])
        steps = np.array([[side.step for side in pair] for pair in pairs])
        errors = np.array([_error(*pair) for pair in pairs])
        yield CostRow(indicator, name, values[:, 0], values[:, 1], errors, steps)


@dataclass(frozen=True, slots=True)
class _Side:
    """Of one side of a round: its value, a step of its counter, and what each slice lies off, relative."""

    value: float
    step: float = 0.0
    residuals: Floats | None = None  # (S,); None: they tell nothing


def _read_side(side: CostCounters, indicator: Indicator, operation: str) -> _Side:
    amounts, counts = side.of(indicator.metric, operation)
    executions = counts.astype(np.float64)
    if amounts is None or not np.isfinite(amounts).all():
        return _Side(np.nan)
    if indicator.per == "process":
        return _Side(float(amounts[-1]))
    if indicator.per == "growth":
        return _Side(_growth(amounts, executions))
    done = increase(executions)
    step = indicator.step / done.sum() if indicator.step and done.sum() else 0.0
    return _Side(*_per_execution(increase(amounts), done, step))


def _error(one: _Side, other: _Side) -> float:
    """Of the relative difference: what both sides were asked alike in a slice has left it."""
    if one.residuals is None or other.residuals is None:
        return np.inf
    if len(one.residuals) == len(other.residuals):
        return float(np.sqrt(((one.residuals - other.residuals) ** 2).sum()))
    return float(np.sqrt((one.residuals**2).sum() + (other.residuals**2).sum()))


def _growth(level: Floats, executions: Floats) -> float:
    """Of a level, from the window's first half to its end: the first half is warm-up."""
    half = len(level) // 2
    done = executions[-1] - executions[half]
    return float(THOUSAND * (level[-1] - level[half]) / done) if done > 0 else np.nan


def _per_execution(amounts: Floats, executions: Floats, step: float) -> tuple[float, float, Floats | None]:
    """The ratio of both sums, a step, and the residuals that make up its relative error as a ratio estimator.

    Source: W. G. Cochran, "Sampling Techniques" (1977), section 6.3.
    """
    total, slices = executions.sum(), int((executions > 0).sum())
    if total <= 0:
        return np.nan, step, None
    value = amounts.sum() / total
    if slices < _TELLING:
        return float(value), step, None
    if value <= 0:
        return 0.0, step, np.zeros_like(amounts)
    residuals = np.sqrt(slices / (slices - 1)) * (amounts - value * executions)
    return float(value), step, residuals / (total * value)
