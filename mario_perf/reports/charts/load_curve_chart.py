"""Two builds' response times against the rate: from where on they part."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from mario_perf import figures
from mario_perf.reports import curve_phrases
from mario_perf.reports.charts.frame import (
    Chart,
    Hover,
    Path,
    Tick,
    linear_ticks,
    log_share,
    log_ticks,
    polyline,
    x_position,
    y_position,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mario_perf.model import LevelChange, LoadCurve

_MARGIN = 1.15  # room above the highest and below the lowest value
_ROOM = 1.05  # right of the highest rate
_MOST = 20.0  # times the candidate's time: an interval that is wider is cut off


def draw(curve: LoadCurve) -> Chart | None:
    """Both curves, and the interval of the change as a band around the candidate's; None without times."""
    levels = [each for each in curve.levels if _is_known(each)]
    if not levels:
        return None
    bands = [_band(each) for each in levels]
    values = [value for each in levels for value in (each.baseline, each.candidate)]
    values += [end for band in bands for end in band if band[0] > 0]
    low, high = min(values) / _MARGIN, max(values) * _MARGIN
    height, length = log_share(low, high), _ROOM * levels[-1].rate

    def x(rate: float) -> float:
        return x_position(rate / length)

    def y(value: float) -> float:
        return y_position(height(value))

    return Chart(
        description=f"Typical response time of {curve.operation} against the rate, on a logarithmic axis, "
        "of both builds; the band is the interval of the change.",
        x_ticks=tuple(Tick(x(value), f"{value:g}/s") for value in linear_ticks(length)),
        y_ticks=tuple(Tick(y(value), figures.seconds(value)) for value in log_ticks(low, high)),
        paths=(
            Path("band", _area(levels, bands, x, y)),
            Path("line baseline", polyline((x(each.rate), y(each.baseline)) for each in levels)),
            Path("line candidate", polyline((x(each.rate), y(each.candidate)) for each in levels)),
            *_marks(levels, bands, x, y),
        ),
        hovers=tuple(_hovers(levels, x)),
    )


def _is_known(level: LevelChange) -> bool:
    return all(math.isfinite(each) and each > 0 for each in (level.baseline, level.candidate))


def _band(level: LevelChange) -> tuple[float, float]:
    """Where the candidate's curve may be, seconds; nowhere but on its value where nothing is known."""
    change = level.response_time
    if not math.isfinite(change.low) or not math.isfinite(change.high):
        return level.candidate, level.candidate
    low, high = (level.baseline * (1 + each) for each in (change.low, change.high))
    return max(low, level.candidate / _MOST), min(high, level.candidate * _MOST)


def _area(
    levels: Sequence[LevelChange],
    bands: Sequence[tuple[float, float]],
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> str:
    upper = [(x(level.rate), y(high)) for level, (_, high) in zip(levels, bands, strict=True)]
    lower = [(x(level.rate), y(low)) for level, (low, _) in zip(levels, bands, strict=True)]
    return f"{polyline([*upper, *reversed(lower)])}Z"


def _marks(
    levels: Sequence[LevelChange],
    bands: Sequence[tuple[float, float]],
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> Iterator[Path]:
    """An upright line over each level's interval."""
    for level, (low, high) in zip(levels, bands, strict=True):
        yield Path("whisker", polyline([(x(level.rate), y(low)), (x(level.rate), y(high))]))


def _hovers(levels: Sequence[LevelChange], x: Callable[[float], float]) -> Iterator[Hover]:
    """What both took at each level, from the middle before it to the middle after it."""
    rates = [each.rate for each in levels]
    edges = [0.0, *((before + after) / 2 for before, after in pairwise(rates)), _ROOM * rates[-1]]
    for each, (start, end) in zip(levels, pairwise(edges), strict=True):
        text = (
            f"at {figures.number(each.rate)}/s: baseline {figures.seconds(each.baseline)}, candidate "
            f"{figures.seconds(each.candidate)}, {curve_phrases.change(each.response_time)}"
        )
        yield Hover(x(start), x(end), text)
