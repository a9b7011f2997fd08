"""A series as a line of small bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BARS: Final = "▁▂▃▄▅▆▇█"
WIDTH: Final = 32
SPAN: Final = (0.02, 0.98)
"""Quantiles that the lowest and the highest bar stand for: an outlier does not flatten the rest."""


def sparkline(values: NDArray[np.float64], width: int = WIDTH) -> str:
    """Medians of at most ``width`` equal parts of ``(n,)`` values."""
    if not len(values):
        return ""
    parts = np.array([np.median(part) for part in np.array_split(values, min(width, len(values)))])
    low, high = np.quantile(parts, SPAN)
    if high <= low:
        return BARS[len(BARS) // 2] * len(parts)
    shares = np.clip((parts - low) / (high - low), 0, 1)
    return "".join(BARS[round(float(share) * (len(BARS) - 1))] for share in shares)
