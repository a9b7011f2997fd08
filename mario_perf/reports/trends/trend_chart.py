"""The geometry of a small chart of one series: values, levels, shifts and changes of environment."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WIDTH: Final = 360
HEIGHT: Final = 110
MARGIN: Final = 6
POINTS: Final = 240
"""Dots of a chart at most; each of more values is a part's median."""

SPAN: Final = (0.01, 0.99)
"""Quantiles that the chart shows in full. An outlier stands at its edge."""


@dataclass(frozen=True, slots=True)
class TrendChart:
    """Pixels: dots, levels as horizontal lines, shifts and breaks as vertical ones. Labels of the scale."""

    dots: tuple[tuple[float, float], ...]
    levels: tuple[tuple[float, float, float], ...]  # left, right, height
    shifts: tuple[tuple[float, bool], ...]  # place, and whether it is a rise
    breaks: tuple[float, ...]
    low: float
    high: float


def trend_chart(
    values: Floats, shifts: Sequence[tuple[int, float]], breaks: Iterable[int] = ()
) -> TrendChart:
    """Place everything of a series that has at least one value.

    Args:
        values: In the order of time.
        shifts: Where new levels begin, and by how much they are higher.
        breaks: Where another environment begins.
    """
    low, high = (float(each) for each in np.quantile(values, SPAN))
    room = (high - low or abs(high) or 1.0) * 0.1
    low, high = low - room, high + room

    def x(index: float) -> float:
        return round(MARGIN + index / max(len(values) - 1, 1) * (WIDTH - 2 * MARGIN), 1)

    def y(value: float) -> float:
        share = (value - low) / (high - low)
        return round(MARGIN + (1 - min(max(share, 0.0), 1.0)) * (HEIGHT - 2 * MARGIN), 1)

    together = -(-len(values) // POINTS)
    parts = np.split(np.arange(len(values)), range(together, len(values), together))
    ends = sorted({0, *breaks, *(index for index, _ in shifts), len(values)})
    return TrendChart(
        tuple((x(float(part.mean())), y(float(np.median(values[part])))) for part in parts),
        tuple((x(a), x(b - 1), y(float(np.median(values[a:b])))) for a, b in pairwise(ends)),
        tuple((x(index - 0.5), change > 0) for index, change in shifts),
        tuple(x(index - 0.5) for index in breaks),
        low,
        high,
    )
