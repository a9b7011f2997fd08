"""The four kinds of panels: a number, lines over time, bars by name, and a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from grafana_foundation_sdk.builders import bargauge, common, stat, table, timeseries
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    GraphTresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, Threshold, ThresholdsMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from deploy.grafana.board import PROMETHEUS

if TYPE_CHECKING:
    from collections.abc import Sequence

AnyPanel = stat.Panel | timeseries.Panel | bargauge.Panel | table.Panel
Drawn = TypeVar("Drawn", stat.Panel, timeseries.Panel, bargauge.Panel, table.Panel)

COLOURS = ("green", "yellow", "red")


@dataclass(frozen=True, slots=True)
class Query:
    """An expression and how its series are called; ``{{label}}`` stands for a label's value."""

    expr: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """What every kind of panel says: ``unit`` is one of Grafana's names of units.

    ``limits`` are two values, yellow from the first and red from the second; when they descend, less is
    worse.
    """

    title: str
    about: str
    unit: str
    limits: tuple[float, float] | None = None


def number(panel: Panel, query: Query) -> stat.Panel:
    """The present value, with its course behind it; a quarter wide."""
    return number_panel(panel).with_target(_target(query).ref_id("A"))


def number_panel(panel: Panel) -> stat.Panel:
    """One that asks nothing yet."""
    drawn = stat.Panel().reduce_options(_latest()).color_mode(BigValueColorMode.VALUE).span(6).height(5)
    return _with(drawn, panel)


def lines(panel: Panel, *queries: Query) -> timeseries.Panel:
    """Values over time; half wide."""
    return _asking(lines_panel(panel), queries)


def lines_panel(panel: Panel) -> timeseries.Panel:
    """One that asks nothing yet."""
    drawn = (
        timeseries.Panel()
        .legend(_legend())
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))
        .show_points(VisibilityMode.NEVER)
        .fill_opacity(8)
        .span(12)
        .height(8)
    )
    if panel.limits:
        drawn.thresholds_style(common.GraphThresholdsStyleConfig().mode(GraphTresholdsStyleMode.DASHED))
    return _with(drawn, panel)


def stacked(panel: Panel, *queries: Query) -> timeseries.Panel:
    """Parts of a whole over time; half wide."""
    stacking = common.StackingConfig().mode(StackingMode.NORMAL)
    return lines(panel, *queries).stacking(stacking).fill_opacity(40)


def bars(panel: Panel, query: Query) -> bargauge.Panel:
    """The present values by name; half wide."""
    drawn = (
        bargauge.Panel()
        .reduce_options(_latest())
        .display_mode(BarGaugeDisplayMode.GRADIENT)
        .orientation(VizOrientation.HORIZONTAL)
        .span(12)
        .height(8)
    )
    return _with(drawn, panel).with_target(_target(query).instant().ref_id("A"))


def rows(panel: Panel, hidden: Sequence[str], query: Query) -> table.Panel:
    """A row a series, without its labels ``hidden``; half wide."""
    answer = _target(query).instant().format(PromQueryFormat.TABLE).ref_id("A")
    return table_panel(panel).with_transformation(_without(hidden)).with_target(answer)


def table_panel(panel: Panel) -> table.Panel:
    """One that asks nothing yet."""
    return _with(table.Panel().show_header(show_header=True).span(12).height(8), panel)


def _asking(drawn: timeseries.Panel, queries: Sequence[Query]) -> timeseries.Panel:
    for letter, query in zip("ABCDEFGH", queries, strict=False):
        drawn.with_target(_target(query).range().ref_id(letter))
    return drawn


def _with(drawn: Drawn, panel: Panel) -> Drawn:
    drawn.title(panel.title).description(panel.about).unit(panel.unit).datasource(PROMETHEUS)
    return drawn.thresholds(_thresholds(panel.limits))


def _thresholds(limits: tuple[float, float] | None) -> ThresholdsConfig:
    config = ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE)
    if limits is None:
        return config.steps([Threshold(color=COLOURS[0])])
    colours = COLOURS if limits[0] < limits[1] else COLOURS[::-1]
    values = (None, *sorted(limits))
    return config.steps([Threshold(value, colour) for value, colour in zip(values, colours, strict=True)])


def _target(query: Query) -> Dataquery:
    return Dataquery().datasource(PROMETHEUS).expr(query.expr).legend_format(query.legend)


def _latest() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"])


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .display_mode(LegendDisplayMode.TABLE)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(show_legend=True)
        .calcs(["lastNotNull", "max"])
    )


def _without(labels: Sequence[str]) -> DataTransformerConfig:
    hidden = dict.fromkeys(("Time", *labels), True)
    return DataTransformerConfig(id_val="organize", options={"excludeByName": hidden})
