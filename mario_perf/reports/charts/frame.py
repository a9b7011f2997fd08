"""The frame of a small chart: scales, ticks and the geometry that the template draws."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

WIDTH, HEIGHT = 440, 190
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 10, 26

_STEPS = (1, 2, 5)
_MAX_TICKS = 7


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled position on an axis, in pixels."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Path:
    """A drawn path: its CSS class and its SVG data."""

    role: str
    data: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A short labelled line on the x axis."""

    role: str
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Hover:
    """A strip of the chart, in pixels, and the text that it shows where a pointer rests."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """All that a template needs to draw one chart, and the sentence that says what it shows."""

    description: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    paths: tuple[Path, ...]
    marks: tuple[Mark, ...] = ()
    hovers: tuple[Hover, ...] = ()


def x_position(share: float) -> float:
    """Pixels of a share from 0 (left) to 1 (right) of the plot."""
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def y_position(share: float) -> float:
    """Pixels of a share from 0 (bottom) to 1 (top) of the plot."""
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def log_share(low: float, high: float) -> Callable[[float], float]:
    """Where a value lies between two others on a logarithmic scale, 0 to 1."""
    start, length = math.log(low), math.log(high) - math.log(low)
    return lambda value: (math.log(value) - start) / length


def log_ticks(low: float, high: float) -> list[float]:
    """Round values (1, 2, 5 times a power of ten) within a range, decades only when there are many."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    fine = [step * 10.0**decade for decade in decades for step in _STEPS]
    inside = [value for value in fine if low <= value * (1 + 1e-9) and value <= high * (1 + 1e-9)]
    if len(inside) <= _MAX_TICKS:
        return inside
    return [10.0**decade for decade in decades if low <= 10.0**decade <= high]


def linear_ticks(high: float, max_steps: int = 5) -> list[float]:
    """Round values from 0 up to ``high``, at most ``max_steps`` steps."""
    rough = high / max_steps
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    return [index * step for index in range(int(high / step + 1e-9) + 1)]


def polyline(points: Iterable[tuple[float, float]]) -> str:
    """SVG data through points in pixels; a gap wherever a coordinate is not finite."""
    parts: list[str] = []
    pen = "M"
    for x, y in points:
        if not (math.isfinite(x) and math.isfinite(y)):
            pen = "M"
            continue
        parts.append(f"{pen}{x:.1f} {y:.1f}")
        pen = "L"
    return "".join(parts)
