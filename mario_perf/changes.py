"""Changes as people read them: per cent and points as far as these make sense, and words beyond.

What is not a finite number reads as ``unknown``.
"""

from __future__ import annotations

import math
from typing import Final

UNKNOWN: Final = "unknown"

_MOST_PERCENT: Final = 10.0
"""As a ratio. From here on it is told how many times as much it is."""

_MOST_TIMES: Final = 1000.0
_ALL: Final = 1.0
"""Of a share there is no more: 100 points."""

_WHOLE: Final = 0.1
"""From here on a fraction of a per cent tells nobody anything of a size."""

_TWO_DIGITS: Final = 10.0
"""Below this a change is rounded to two digits, which show while it is below one."""


def relative(ratio: float) -> str:
    """A relative change with its sign, ``+12.3 %``, or ``21 times as much``."""
    if not math.isfinite(ratio):
        return UNKNOWN
    if ratio >= _MOST_TIMES:
        return f"more than {_MOST_TIMES:,.0f} times as much"
    if ratio >= _MOST_PERCENT:
        return f"{ratio + 1:.0f} times as much"
    return f"{_signed(max(ratio, -1.0) * 100)} %"


def points(difference: float) -> str:
    """A difference of two shares: ``+2.0 points``."""
    if not math.isfinite(difference):
        return UNKNOWN
    if abs(difference) > _ALL:
        return "more than +100 points" if difference > 0 else "less than -100 points"
    return f"{_signed(difference * 100)} points"


def size(value: float, *, share: bool) -> str:
    """How large a change is, without a sign: ``5.0 %``, and from ten on whole: ``240 %``."""
    told = points(value) if share else relative(value)
    if _WHOLE <= value < (_ALL if share else _MOST_PERCENT):
        told = f"{value * 100:.0f} {'points' if share else '%'}"
    return told.removeprefix("+")


def span(low: str, high: str) -> str:
    """Two changes as a range, with the unit once where both have the same: ``+9.8 to +15.1 %``."""
    number, _, unit = low.partition(" ")
    same = unit and high.partition(" ")[2] == unit
    return f"{number if same else low} to {high}"


def is_told(size: float, *, share: bool) -> bool:
    """Whether a size that could have been shown says more than that nothing could."""
    return size <= (_ALL if share else _MOST_PERCENT)


def _signed(value: float) -> str:
    rounded = round(value, 2 if abs(value) < _TWO_DIGITS else 1)
    digits = 2 if abs(rounded) < 1 else 1
    text = f"{abs(rounded):,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        return "0.0"
    return ("-" if rounded < 0 else "+") + text
