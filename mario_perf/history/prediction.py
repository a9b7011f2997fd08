"""The range in which the next values will lie, whatever their distribution.

The first third of a series chooses its season and how fast its level follows new values. On the rest, each
value is predicted from those before it. The range has the quantiles of what was off.

Sources: V. Vovk, A. Gammerman and G. Shafer, "Algorithmic Learning in a Random World" (2005), and H.
Papadopoulos et al., "Inductive Confidence Machines for Regression" (2002), for the range; R. G. Brown,
"Exponential Smoothing for Predicting Demand" (1956), for the level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import signal

from mario_perf.history.forecast import CONFIDENCE, Forecast, forecast

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST: Final = 400
"""Values that count, at most: the newest ones."""

WEIGHTS: Final = (0.0, 0.03, 0.1, 0.2, 0.4, 0.7)
"""How much of a new value enters the level; with 0 the level is the mean of all."""

LEAST: Final = round(2 / (1 - CONFIDENCE)) - 1
"""Fewest predictions that were tried: with fewer, an end of the range is infinite."""


def prediction(times: Floats, values: Floats, later: Floats) -> tuple[Floats, Floats] | None:
    """The ends of 90 % ranges for the next values, at ``(T,)`` later times; None where too little is known.

    ``(n,)`` values at unix times, which ascend. Each range is for one value, and not for all together.
    """
    times, values = times[-MOST:], values[-MOST:]
    chosen, steps = len(values) // 3, np.arange(1, len(later) + 1)
    if len(values) - chosen < LEAST + len(later) - 1:
        return None
    fit = forecast(times[:chosen], values[:chosen])
    flat = values - _season(fit, times)
    level = _level(flat, _weight(flat[:chosen]))
    errors = [flat[chosen + step - 1 :] - level[chosen - 1 : len(flat) - step] for step in steps]
    middle = level[-1] + _season(fit, later)
    return middle - _margin([-each for each in errors]), middle + _margin(errors)


def _season(fit: Forecast | None, times: Floats) -> Floats:
    return np.zeros(len(times)) if fit is None else fit.season(times)


def _level(values: Floats, weight: float) -> Floats:
    """After each value, from it and those before."""
    if weight == 0:
        return np.asarray(np.cumsum(values) / np.arange(1, len(values) + 1))
    smooth, _ = signal.lfilter([weight], [1, weight - 1], values, zi=[(1 - weight) * values[0]])
    return np.asarray(smooth)


def _weight(values: Floats) -> float:
    """The one that predicted each next value best."""
    return min(WEIGHTS, key=lambda each: float(np.abs(values[1:] - _level(values, each)[:-1]).sum()))


def _margin(errors: list[Floats]) -> Floats:
    """What as many errors as wanted do not exceed, for each step ahead; a new one counts as the largest."""
    share = (1 + CONFIDENCE) / 2
    places = [round(np.ceil(share * (len(each) + 1) - 1e-9)) - 1 for each in errors]
    return np.array([np.sort(each)[place] for each, place in zip(errors, places, strict=True)])
