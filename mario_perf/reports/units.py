"""Units at the edge: seconds, ratios and counts as a person reads them.

What is not a finite number reads as ``unknown``: nobody should have to know what ``nan`` means.
"""

from __future__ import annotations

import math

from mario_perf import changes

UNKNOWN = changes.UNKNOWN
_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))
_FIGURES = 3


def seconds(value: float) -> str:
    """A duration with three figures: ``4.20 ms``."""
    if not math.isfinite(value):
        return UNKNOWN
    if value == 0:
        return "0 s"
    scale, unit = next((pair for pair in _UNITS if abs(value) >= 0.9995 * pair[0]), _UNITS[-1])
    return f"{figures(value / scale)} {unit}"


def percent(ratio: float) -> str:
    """A share from 0 to 1: ``0.12 %``."""
    return f"{figures(ratio * 100)} %" if math.isfinite(ratio) else UNKNOWN


def rate(value: float) -> str:
    """Per second: ``12.3/s``."""
    return f"{figures(value)}/s" if math.isfinite(value) else UNKNOWN


def count(value: float) -> str:
    """A whole number with its thousands set apart: ``12,345``."""
    return f"{value:,.0f}" if math.isfinite(value) else UNKNOWN


def period(value: float) -> str:
    """A length of measured time: ``2 min 5 s``."""
    if not math.isfinite(value):
        return UNKNOWN
    minutes, rest = divmod(round(value), 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def memory(value: float) -> str:
    """Bytes in GiB: ``7.8 GiB``."""
    return f"{value / 2**30:.1f} GiB" if math.isfinite(value) else UNKNOWN


def figures(value: float) -> str:
    """Three significant figures, never in scientific notation: ``0.0123``, ``4.20``, ``1,230``."""
    if value == 0:
        return "0"
    decimals = _FIGURES - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, decimals)
    decimals = _FIGURES - 1 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:,.{max(decimals, 0)}f}"


def brief(value: float) -> str:
    """A duration on an axis: ``20 ms``, without figures that say nothing."""
    number, _, unit = seconds(value).partition(" ")
    return f"{number.rstrip('0').rstrip('.') if '.' in number else number} {unit}"


def share(ratio: float) -> str:
    """A share in a sentence: ``1 %``, without figures that say nothing."""
    return f"{ratio * 100:.3g} %" if math.isfinite(ratio) else UNKNOWN
