"""Where a level is going: its trend, with an interval that knows how much neighbours depend on each other.

A line, seasons of a day and a week where the data has them, and errors. Each error keeps a share of the one
before. That share is not known; it is integrated, so that short series get wide intervals. Outliers are
replaced first.

Shapes: ``n`` values, ``T`` times to come.

Sources: S. Chib, "Bayes Regression with Autoregressive Errors", Journal of Econometrics 58 (1993), for the
model; F. R. Hampel, "The Influence Curve and its Role in Robust Estimation", Journal of the American
Statistical Association 69 (1974), for outliers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import ndimage, special

from mario_perf.durations import DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PERIODS: Final = (DAY, 7 * DAY)
CONFIDENCE: Final = 0.90
DOUBT: Final = 0.005
"""The chance that a slope without a trend counts as a rise, and the same as a fall."""

LEAST: Final = 12
"""Fewest values of a forecast."""

MOST: Final = 400
"""Values at most: means of neighbours of a longer level."""

DEPENDENCE: Final = np.linspace(-0.4, 0.96, 18)
"""Shares of an error that may remain in the next one; below 0 where neighbours alternate."""

NEIGHBOURS: Final = 7
OUTLIER: Final = 4.0
"""A value this many robust standard deviations off the median of its neighbours is an outlier."""

CYCLES: Final = 3
"""Periods that the data must span before a season is thought of."""

PHASES: Final = 4
"""Sixths of a period that must have values."""

YEARS: Final = 2.0
"""How far a crossing is sought."""

DATES: Final = 600
_MAD: Final = 1.4826


@dataclass(frozen=True, slots=True)
class Forecast:
    """A fit of values over time. Quantiles are those of a mixture: a fit for each dependence."""

    origin: float
    scale: float  # seconds of a unit of time
    periods: tuple[float, ...]
    weights: Floats  # (D,)
    coefficients: Floats  # (D, k)
    covariance: Floats  # (D, k, k), over the variance of innovations
    deviation: Floats  # (D,) standard deviation of innovations
    freedom: int

    def slope(self, probability: float) -> float:
        """A quantile of the change a second."""
        error = self.deviation * np.sqrt(self.covariance[:, 1, 1])
        return _quantile(probability, self.weights, self.coefficients[:, 1], error, self.freedom) / self.scale

    def line(self, times: Floats, probability: float) -> Floats:
        """A quantile of the level without season at ``(T,)`` times."""
        mean, error = self._moments(times)
        pairs = zip(mean.T, error.T, strict=True)
        return np.array([_quantile(probability, self.weights, *each, self.freedom) for each in pairs])

    def season(self, times: Floats) -> Floats:
        """What the season adds to the level at ``(T,)`` times."""
        waves = _columns(times, self.origin, self.scale, self.periods)[:, 2:]
        return np.asarray(waves @ (self.weights @ self.coefficients[:, 2:]))

    def chance_above(self, limit: float, times: Floats) -> Floats:
        """The probability that the level is above a limit, at ``(T,)`` times."""
        mean, error = self._moments(times)
        return np.asarray(self.weights @ special.stdtr(self.freedom, (mean - limit) / error))

    def _moments(self, times: Floats) -> tuple[Floats, Floats]:
        """Mean and error of the level for each dependence, ``(D, T)``."""
        rows = _columns(times, self.origin, self.scale, ())
        own = np.einsum("ti,dij,tj->dt", rows, self.covariance[:, :2, :2], rows)
        return self.coefficients[:, :2] @ rows.T, self.deviation[:, None] * np.sqrt(own)


def forecast(times: Floats, values: Floats) -> Forecast | None:
    """A fit of ``(n,)`` values at unix times, which ascend; None where they are too few, or all equal."""
    if len(values) < LEAST or np.ptp(times) <= 0 or np.ptp(values) == 0:
        return None
    together = -(-len(values) // MOST)
    times, clean = (_means(each, together) for each in (times, _without_outliers(values)))
    fits = [_fit(times, clean, periods) for periods in _choices(times)]
    return min(fits, key=lambda each: each[0])[1]


def crossing(fit: Forecast, limit: float, now: float) -> tuple[float, float, float] | None:
    """When the level crosses a limit from below: low, middle and high, as unix times; None without a trend.

    An end that lies more than two years ahead is infinite.
    """
    if fit.slope(DOUBT) <= 0:
        return None
    dates = now + YEARS * 365 * DAY * np.linspace(0, 1, DATES) ** 2
    chance = fit.chance_above(limit, dates)
    wanted = ((1 - CONFIDENCE) / 2, 0.5, (1 + CONFIDENCE) / 2)
    low, middle, high = (float(dates[chance >= each].min(initial=np.inf)) for each in wanted)
    return (low, middle, high) if np.isfinite(low) else None


def _means(values: Floats, together: int) -> Floats:
    """Of neighbours; the oldest ones that fill no group are left out."""
    return np.asarray(values[len(values) % together :].reshape(-1, together).mean(axis=1))


def _without_outliers(values: Floats) -> Floats:
    """Values; one that lies far off the median of its neighbours is replaced by that median."""
    smooth = ndimage.median_filter(values, NEIGHBOURS, mode="nearest")
    away = np.abs(values - smooth)
    return np.asarray(np.where(away > OUTLIER * _MAD * np.median(away), smooth, values))


def _choices(times: Floats) -> list[tuple[float, ...]]:
    """No season, and each that the data can show: several cycles, with values at several of their phases."""
    visible = [
        each
        for each in PERIODS
        if np.ptp(times) >= CYCLES * each and len(np.unique(np.floor(times / each % 1 * 6))) >= PHASES
    ]
    return [(), *dict.fromkeys([*((each,) for each in visible), tuple(visible)])] if visible else [()]


def _columns(times: Floats, origin: float, scale: float, periods: tuple[float, ...]) -> Floats:
    waves = [wave(2 * np.pi * times / each) for each in periods for wave in (np.sin, np.cos)]
    return np.stack([np.ones(len(times)), (times - origin) / scale, *waves], axis=1)


def _fit(times: Floats, values: Floats, periods: tuple[float, ...]) -> tuple[float, Forecast]:
    """The fit, and what it costs by Schwarz's criterion."""
    origin, scale = float(times.mean()), float(np.ptp(times))
    columns = _columns(times, origin, scale, periods)
    n, k = columns.shape
    rest = np.sqrt(1 - DEPENDENCE**2)[:, None]
    white = np.concatenate((rest * values[0], values[1:] - DEPENDENCE[:, None] * values[:-1]), axis=1)
    design = np.concatenate(
        (rest[..., None] * columns[:1], columns[1:] - DEPENDENCE[:, None, None] * columns[:-1]), axis=1
    )
    normal = np.einsum("dni,dnj->dij", design, design)
    covariance = np.linalg.inv(normal)
    coefficients = np.einsum("dij,dnj,dn->di", covariance, design, white)
    squares = ((white - np.einsum("dni,di->dn", design, coefficients)) ** 2).sum(axis=1)
    squares = np.maximum(squares, 1e-300)
    jacobian = 0.5 * np.log(1 - DEPENDENCE**2)
    log = jacobian - 0.5 * np.linalg.slogdet(normal)[1] - 0.5 * (n - k) * np.log(squares)
    weights = np.exp(log - log.max())
    cost = float((n * np.log(squares) - 2 * jacobian).min() + k * np.log(n))
    deviation = np.sqrt(squares / (n - k))
    weights = weights / weights.sum()
    return cost, Forecast(origin, scale, periods, weights, coefficients, covariance, deviation, n - k)


def _quantile(probability: float, weights: Floats, mean: Floats, error: Floats, freedom: int) -> float:
    """Of a mixture of t distributions, by bisection."""
    reach = float(special.stdtrit(freedom, 1 - 1e-9))
    low, high = float((mean - reach * error).min()), float((mean + reach * error).max())
    for _ in range(60):
        middle = (low + high) / 2
        if weights @ special.stdtr(freedom, (middle - mean) / error) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2
