"""Figures as people read them, the same wherever they are shown: quantities with units, and changes.

A figure has one written form: three significant digits, without zeros that say nothing. A change is rounded
to what decides. What is not a finite number reads as ``unknown``, not as ``nan``.
"""

from __future__ import annotations

import math
from typing import Final

UNKNOWN: Final = "unknown"

_UNITS: Final = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))
_DIGITS: Final = 3

_MAX_PERCENT: Final = 10.0
"""As a ratio. From here on the text says how many times as much it is."""

_MAX_TIMES: Final = 1000.0
MOST_LOG: Final = 700.0
"""From here on a log ratio has no ratio that is finite."""

_ALL: Final = 1.0
"""Of a share there is no more: 100 points."""

_WHOLE: Final = 0.1
"""From this size on, fractions of a per cent are left out."""

_FEW: Final = 100.0
"""Below this a mean of counts shows two places: 3.00 says that it is always three."""

_TWO_DIGITS: Final = 10.0
"""Below this a change is rounded to two digits, which show while it is below one."""


def seconds(value: float) -> str:
    """A duration in the unit that reads best: ``4.2 ms``."""
    if not math.isfinite(value):
        return UNKNOWN
    if value == 0:
        return "0 s"
    scale, unit = next((pair for pair in _UNITS if abs(value) >= 0.9995 * pair[0]), _UNITS[-1])
    return f"{number(value / scale)} {unit}"


def percent(ratio: float) -> str:
    """A share from 0 to 1: ``0.12 %``."""
    return f"{number(ratio * 100)} %" if math.isfinite(ratio) else UNKNOWN


def times(ratio: float) -> str:
    """How many times as much: ``2.5 times``."""
    return f"{number(ratio)} times" if math.isfinite(ratio) else UNKNOWN


def rate(value: float) -> str:
    """Per second: ``12.3/s``."""
    return f"{number(value)}/s" if math.isfinite(value) else UNKNOWN


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


def clock(value: float) -> str:
    """Time that is left, as a clock shows it: ``1:39``."""
    minutes, rest = divmod(max(round(value), 0), 60) if math.isfinite(value) else (0, 0)
    return f"{minutes}:{rest:02}"


def memory(value: float) -> str:
    """Bytes in GiB: ``7.8 GiB``."""
    return f"{value / 2**30:.1f} GiB" if math.isfinite(value) else UNKNOWN


_BYTES: Final = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B"))


def amount(value: float, unit: str) -> str:
    """What something costs, in ``seconds``, ``bytes`` or counted: ``4.2 ms``, ``61.3 MB``, ``4.00``."""
    if not math.isfinite(value):
        return UNKNOWN
    if unit == "seconds":
        return seconds(value)
    if unit == "bytes":
        scale, name = next((pair for pair in _BYTES if abs(value) >= 0.9995 * pair[0]), _BYTES[-1])
        return f"{number(value / scale)} {name}"
    return f"{value:.2f}" if abs(value) < _FEW else number(value)


def number(value: float) -> str:
    """Three significant digits, never in scientific notation: ``0.0123``, ``4.2``, ``1,230``."""
    if value == 0:
        return "0"
    decimals = _decimals(round(value, _decimals(value)))
    text = f"{value:,.{max(decimals, 0)}f}" if decimals >= 0 else f"{round(value, decimals):,.0f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimals(value: float) -> int:
    return _DIGITS - 1 - math.floor(math.log10(abs(value)))


def relative(ratio: float) -> str:
    """A relative change with its sign, ``+12.3 %``, or ``21 times as much``."""
    if not math.isfinite(ratio):
        return UNKNOWN
    if ratio >= _MAX_TIMES:
        return f"more than {_MAX_TIMES:,.0f} times as much"
    if ratio >= _MAX_PERCENT:
        return f"{ratio + 1:.0f} times as much"
    return f"{_signed(max(ratio, -1.0) * 100)} %"


def log_change(log_ratio: float) -> str:
    """The relative change that a log ratio is, however large it is."""
    return relative(math.expm1(min(log_ratio, MOST_LOG)))


def points(difference: float) -> str:
    """A difference of two shares: ``+2.0 points``."""
    if not math.isfinite(difference):
        return UNKNOWN
    if abs(difference) > _ALL:
        return "more than +100 points" if difference > 0 else "less than -100 points"
    return f"{_signed(difference * 100)} points"


def change(value: float, *, share: bool) -> str:
    """A change of a share in points, any other change in per cent."""
    return points(value) if share else relative(value)


def tick(value: float, *, share: bool) -> str:
    """A round change on an axis, which is not rounded further: ``+5 %``."""
    sign = "-" if value < 0 else "+"
    return f"{sign}{number(abs(value) * 100)} {'points' if share else '%'}"


def size(value: float, *, share: bool) -> str:
    """How large a change is, without a sign: ``5.0 %``, and from ten on whole: ``240 %``."""
    digits = change(value, share=share)
    if _WHOLE <= value < (_ALL if share else _MAX_PERCENT):
        digits = f"{value * 100:.0f} {'points' if share else '%'}"
    return digits.removeprefix("+")


def span(low: str, high: str) -> str:
    """Two changes as a range, with the unit once where both have the same: ``+9.8 to +15.1 %``."""
    number, _, unit = low.partition(" ")
    same = unit and high.partition(" ")[2] == unit
    return f"{number if same else low} to {high}"


def relative_with_span(value: float, low: float, high: float) -> str:
    """A relative change with its interval: ``+12.3 % (+9.8 to +15.1 %)``."""
    return f"{relative(value)} ({span(relative(low), relative(high))})"


def is_visible(size: float, *, share: bool) -> bool:
    """Whether a size that could have been shown says more than that nothing could."""
    return size <= (_ALL if share else _MAX_PERCENT)


def _signed(value: float) -> str:
    rounded = round(value, 2 if abs(value) < _TWO_DIGITS else 1)
    digits = 2 if abs(rounded) < 1 else 1
    text = f"{abs(rounded):,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        return "0.0"
    return ("-" if rounded < 0 else "+") + text
