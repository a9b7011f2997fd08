"""The horizontal axis of the forest plot.

Relative changes stand as ratios on a logarithmic axis (twice as slow is as far from no change as half as
slow), differences of error ratios on a linear one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mario_perf import figures
from mario_perf.metric_catalogue import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mario_perf.model import Comparison

_UPWARDS = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 4.0, 9.0, 19.0, 49.0, 99.0)
_DOWNWARDS = (-0.05, -0.1, -0.2, -0.3, -0.5, -0.75, -0.9)
_TICKS = (0.0, *_UPWARDS, *_DOWNWARDS)
_LIMIT = math.log1p(99.0)  # a change beyond 100 times is drawn at the edge
_MIN_SPAN = 0.1  # a change of 1 % shall look small even when nothing else changed
_MIN_DIFFERENCE = 0.001  # the same for error ratios: 0.1 points
_MARGIN = 0.04  # of the span, left free at both ends


@dataclass(frozen=True, slots=True)
class Scale:
    """Positions along the axis and its ends."""

    linear: bool
    low: float
    high: float

    @classmethod
    def fit(cls, comparisons: Sequence[Comparison]) -> Scale:
        """As wide as every value, every finite interval end and twice the noise band, within limits."""
        linear = METRICS[comparisons[0].metric].share
        positions = [_position(end, linear=linear) for end in _ends(comparisons)]
        finite = [min(max(position, -_LIMIT), _LIMIT) for position in positions if math.isfinite(position)]
        half_width = max(
            _MIN_DIFFERENCE if linear else _MIN_SPAN, *(2 * one.threshold for one in comparisons)
        )
        low, high = min([*finite, -half_width]), max([*finite, half_width])
        return cls(linear, low - _MARGIN * (high - low), high + _MARGIN * (high - low))

    def position(self, change: float) -> float:
        """Where a change stands, cut off at the ends."""
        return min(max(_position(change, linear=self.linear), self.low), self.high)

    def contains(self, change: float) -> bool:
        """Whether it stands there without being cut off."""
        return self.low <= _position(change, linear=self.linear) <= self.high

    def ticks(self, max_ticks: int) -> list[tuple[float, str]]:
        """Positions and labels of round changes, from no change outwards, about ``max_ticks`` of them."""
        changes = _differences(self.high - self.low) if self.linear else _TICKS
        min_distance = (self.high - self.low) / max_ticks
        labels: dict[float, str] = {}
        for change in sorted(changes, key=abs):
            at = _position(change, linear=self.linear)
            if self.low <= at <= self.high and all(abs(at - other) >= min_distance for other in labels):
                labels[at] = self._label(change)
        return sorted(labels.items())

    def _label(self, change: float) -> str:
        if change == 0:
            return "no change"
        return figures.tick(change, share=self.linear)


def _position(change: float, *, linear: bool) -> float:
    if linear or math.isnan(change):
        return change
    return math.log1p(change) if change > -1 else -math.inf


def _ends(comparisons: Iterable[Comparison]) -> Iterator[float]:
    for one in comparisons:
        yield from (one.change.value, one.change.low, one.change.high)


def _differences(span: float) -> list[float]:
    step = 10.0 ** math.floor(math.log10(span / 2))
    return [step * index for index in range(-20, 21)]
