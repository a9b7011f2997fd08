"""The forest plot: each operation's change with its interval, over the band that does not matter.

Drawn by Vega-Lite from a specification that is plain data, so the report does without Altair's second of
start-up. Vega escapes every text; colours are CSS variables of the page.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import vl_convert

from mario_perf.model import Verdict
from mario_perf.reports import phrases
from mario_perf.reports.characters import xml_safe
from mario_perf.reports.charts.scale import Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mario_perf.model import Comparison, Operation

MAX_ROWS = 40  # rows; more are not read, and all of them are in the table
_SHAPES = {
    Verdict.REGRESSED: "triangle-up",
    Verdict.INCONCLUSIVE: "diamond",
    Verdict.IMPROVED: "triangle-down",
    Verdict.UNCHANGED: "circle",
    Verdict.ACCEPTED: "triangle-up",
    Verdict.RECORDED: "circle",
}
_CONFIG = {
    "aria": False,  # the element around it has a label, and the table has the numbers
    "background": None,
    "view": {"stroke": None},
    "font": "system-ui, sans-serif",
    "text": {"fontSize": 13, "fill": "var(--text)", "baseline": "middle"},
}
_AXIS = {
    "titleAnchor": "end",
    "titleColor": "var(--muted)",
    "titleFontSize": 13,
    "titleFontWeight": 600,
    "titlePadding": 4,
    "domain": False,
    "ticks": False,
    "gridColor": "var(--line)",
    "labelColor": "var(--muted)",
    "labelFontSize": 13,
    "labelPadding": 6,
    "orient": "top",
}


_ROLES = re.compile(r'(<g class="[^"]*") role="graphics-[^"]*"(?: aria-roledescription="[^"]*")?')
"""Vega gives its groups roles although it should not, but no names: a screen reader stumbles on each.
In a text the ``<`` is escaped, so nothing else is matched."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things go, in pixels: wide pages have the names beside the intervals, narrow ones above."""

    width: int
    left: int  # beside the plot
    right: int
    row: int
    lift: int  # how far a name stands above its interval
    ticks: int


WIDE = Layout(width=1080, left=230, right=210, row=26, lift=0, ticks=7)
MEDIUM = Layout(width=700, left=10, right=10, row=46, lift=17, ticks=6)
NARROW = Layout(width=340, left=10, right=10, row=46, lift=17, ticks=4)
"""Drawings are scaled to their place: of these widths, no text in them becomes smaller than 11 pixels."""

_LETTER_WIDTH = 7.8
_MAX_NAME_WIDTH = 460
"""Pixels of a letter of a name, and those that all names together may take from the plot."""


@dataclass(frozen=True, slots=True)
class Row:
    """An operation and the comparison of it that is drawn."""

    operation: Operation
    comparison: Comparison


def draw(rows: Sequence[Row], layout: Layout) -> str:
    """The plot as an SVG element; rows in the order given, at most :data:`MAX_ROWS` of them.

    All rows are differences of error ratios, or none is.
    """
    return _ROLES.sub(r"\1", str(vl_convert.vegalite_to_svg(_specification(rows[:MAX_ROWS], layout))))


def _specification(rows: Sequence[Row], layout: Layout) -> dict[str, Any]:
    scale = Scale.fit([row.comparison for row in rows])
    layout = _fit_names(layout, [row.operation.name for row in rows])
    height = layout.row * len(rows)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": layout.width,
        "height": height,
        "padding": 2,
        "data": {"values": [_values(row, index, layout, scale) for index, row in enumerate(rows)]},
        "encoding": {"x": _x(scale, layout), "y": _y(height)},
        "layer": [*_background(), *_intervals(), *_texts(layout)],
        "config": _CONFIG,
    }


def _fit_names(layout: Layout, names: Sequence[str]) -> Layout:
    """The same with a left margin as wide as the longest name, where names stand beside the plot."""
    if layout.lift:
        return layout
    wanted = int(_LETTER_WIDTH * (max(map(len, names)) + 3)) + 10
    return replace(layout, left=max(layout.left, min(wanted, _MAX_NAME_WIDTH)))


def _x(scale: Scale, layout: Layout) -> dict[str, Any]:
    ticks = scale.ticks(layout.ticks)
    labels = " : ".join(f"abs(datum.value - {at!r}) < 1e-9 ? '{label}'" for at, label in ticks)
    return {
        "type": "quantitative",
        "scale": {
            "domain": [scale.low, scale.high],
            "range": [layout.left, layout.width - layout.right],
            "nice": False,
            "zero": False,
        },
        "axis": {
            **_AXIS,
            "title": f"{'worse' if scale.linear else 'slower'} →",
            "values": [at for at, _ in ticks],
            "labelExpr": f"{labels} : ''",
        },
    }


def _y(height: int) -> dict[str, Any]:
    return {
        "type": "quantitative",
        "scale": {"domain": [0, height], "range": [0, height], "nice": False},
        "axis": None,
    }


def _background() -> list[dict[str, Any]]:
    band: dict[str, Any] = {"x": _field("band_low"), "x2": {"field": "band_high"}}
    row: dict[str, Any] = {"y": _field("top"), "y2": {"field": "bottom"}}
    return [
        {"mark": {"type": "rect", "fill": "var(--band)"}, "encoding": band | row},
        {"mark": {"type": "rule", "stroke": "var(--text)"}, "encoding": {"x": {"datum": 0}, **row}},
    ]


def _intervals() -> list[dict[str, Any]]:
    colour = _by_verdict([f"var(--{verdict})" for verdict in _SHAPES])
    shape = _by_verdict(list(_SHAPES.values()))
    middle = {"y": _field("middle")}
    interval = {
        "x": _field("low"),
        "x2": {"field": "high"},
        "stroke": colour,
        "strokeDash": _dashed_if_unknown(),
    }
    value = {"x": _field("value"), "fill": colour, "shape": shape}
    return [
        _layer({"type": "rule", "strokeWidth": 3, "strokeCap": "round"}, middle | interval),
        _layer(
            _point(110, stroke="var(--paper)", strokeWidth=1.5), middle | value, only="isValid(datum.value)"
        ),
        *(
            _layer(
                _point(60, shape=f"triangle-{direction}"),
                middle | {"x": _field(end), "fill": colour},
                only=f"datum.{end}_open",
            )
            for end, direction in (("low", "left"), ("high", "right"))
        ),
    ]


def _texts(layout: Layout) -> list[dict[str, Any]]:
    room = layout.width - 100 if layout.lift else layout.left - 10
    name = {"type": "text", "align": "left", "fontWeight": 600, "limit": room}
    return [
        {
            "mark": name,
            "encoding": {"x": {"value": 0}, "y": _field("label"), "text": {"field": "name"}},
        },
        {
            "mark": {"type": "text", "align": "right"},
            "encoding": {"x": {"value": layout.width}, "y": _field("label"), "text": {"field": "text"}},
        },
    ]


def _layer(mark: dict[str, Any], encoding: dict[str, Any], only: str = "true") -> dict[str, Any]:
    return {"transform": [{"filter": only}], "mark": mark, "encoding": encoding}


def _point(size: int, **style: object) -> dict[str, Any]:
    return {"type": "point", "filled": True, "opacity": 1, "size": size, **style}


def _field(name: str) -> dict[str, Any]:
    return {"field": name, "type": "quantitative"}


def _by_verdict(values: list[str]) -> dict[str, Any]:
    scale = {"domain": list(_SHAPES), "range": values}
    return {"field": "verdict", "type": "nominal", "legend": None, "scale": scale}


def _dashed_if_unknown() -> dict[str, Any]:
    return {"condition": {"test": "isValid(datum.value)", "value": [1, 0]}, "value": [1, 6]}


def _values(row: Row, index: int, layout: Layout, scale: Scale) -> dict[str, Any]:
    comparison, change = row.comparison, row.comparison.change
    top = index * layout.row
    middle = top + (layout.row + layout.lift) / 2
    return {
        # vl_convert takes the whole process down over a character that SVG cannot hold.
        "name": xml_safe(f"{phrases.SYMBOLS[comparison.verdict]} {row.operation.name}"),
        "verdict": comparison.verdict.value,
        "text": _text(comparison, layout),
        "top": top + 1.25 * layout.lift,
        "bottom": top + layout.row,
        "middle": middle,
        "label": middle - layout.lift,
        "value": scale.position(change.value) if math.isfinite(change.value) else None,
        "low": scale.position(change.low),
        "high": scale.position(change.high),
        "low_open": not scale.contains(change.low),
        "high_open": not scale.contains(change.high),
        "band_low": scale.position(-comparison.threshold),
        "band_high": scale.position(comparison.threshold),
    }


def _text(comparison: Comparison, layout: Layout) -> str:
    change = phrases.change(comparison)
    finite = math.isfinite(comparison.change.low) and math.isfinite(comparison.change.high)
    return f"{change}  ({phrases.interval(comparison)})" if finite and layout.lift == 0 else change
